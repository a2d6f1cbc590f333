"""The generator of small pictures on the trunk of the embedded one."""

import copy

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from hyperstyle.networks.compact_generator import SIZES, CompactGenerator
from hyperstyle.networks.mobile_stylegan import MobileGenerator
from hyperstyle.training.animals.auto_decoder import transferred


def with_finest_head_alone(compact: CompactGenerator) -> CompactGenerator:
    """Its finest head with random weights; the others still add nothing."""
    torch.manual_seed(0)
    nn.init.normal_(compact.heads[-1].picture.weight, std=0.1)  # type: ignore[union-attr, arg-type]
    return compact.eval().requires_grad_(False)


def test_its_features_are_those_of_the_generator_it_begins_as(generator: MobileGenerator, code: Tensor) -> None:
    compact = transferred(generator).requires_grad_(False)
    for size in (4, 16):
        ours = compact.features(compact.styles(code), compact.kernels(), size)
        theirs = generator.features(generator.styles(code), generator.kernels(), size)
        assert torch.equal(ours, theirs)


def test_a_head_that_has_learnt_nothing_leaves_the_picture_of_the_size_before(
    generator: MobileGenerator, code: Tensor
) -> None:
    compact = transferred(generator).requires_grad_(False)
    nn.init.normal_(compact.heads[0].picture.weight, std=0.1)  # type: ignore[union-attr, arg-type]
    styles, kernels = compact.styles(code), compact.kernels()
    small = compact.picture(styles, kernels, SIZES[0])
    assert small.std() > 0.01
    for size in SIZES[1:]:
        small = F.interpolate(small, scale_factor=2, mode="bilinear")
        assert torch.allclose(compact.picture(styles, kernels, size), small, atol=1e-5)


def test_offsets_move_its_picture_and_one_code_for_all_layers_is_the_same_as_for_each(
    generator: MobileGenerator, code: Tensor
) -> None:
    compact = with_finest_head_alone(transferred(generator))
    picture = compact(code)
    assert picture.shape == (1, 3, 256, 256)
    for layer, kernel in compact.own_kernels().items():
        moved = compact(code, {layer: torch.full((1, *kernel.shape), 0.1)})
        assert (moved - picture).abs().mean() > 1e-4, layer
    each = compact(code.expand(1, compact.n_styles, 512))
    assert torch.allclose(each, picture, atol=1e-5)


def test_computing_in_bfloat16_leaves_kernels_alone_and_the_picture_alike(
    generator: MobileGenerator, code: Tensor
) -> None:
    compact = with_finest_head_alone(transferred(generator))
    quick = copy.deepcopy(compact)
    quick.compute_in(torch.bfloat16)
    assert all(kernel.dtype is torch.float32 for kernel in quick.own_kernels().values())
    picture = compact(code)
    assert (quick(code) - picture).abs().mean() < 0.1 * picture.std()
