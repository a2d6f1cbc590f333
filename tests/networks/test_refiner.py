"""The embedded hypernetwork: from wanted corrections to offsets, and the small picture it looks at."""

from itertools import pairwise

import pytest
import torch
from torch import nn

from hyperstyle.networks.embedded_model import EmbeddedModel
from hyperstyle.networks.feedback import relative_offset, without_constant_details
from hyperstyle.networks.generator import Offsets, add_offsets
from hyperstyle.networks.lpips import Lpips
from hyperstyle.networks.mobile_stylegan import MappingNetwork, MobileGenerator
from hyperstyle.networks.preconditioning import descent_directions
from hyperstyle.networks.preview_head import SIZE, PreviewHead, preview
from hyperstyle.networks.refiner import Refiner, kernel_change
from hyperstyle.networks.small_encoder import SmallEncoder


@pytest.fixture(autouse=True)
def same_random_weights() -> None:
    torch.manual_seed(0)


def test_the_change_brings_the_corrections_about() -> None:
    inputs, corrections = torch.randn(2, 64, 16), torch.randn(2, 32, 16)
    change = kernel_change(inputs, corrections, torch.tensor(1e-6))
    assert torch.allclose(change @ inputs, corrections, atol=1e-2)


def test_more_damping_changes_less() -> None:
    inputs, corrections = torch.randn(1, 64, 16), torch.randn(1, 32, 16)
    sizes = [kernel_change(inputs, corrections, torch.tensor(damping)).norm() for damping in (0.01, 1.0, 100.0)]
    assert sizes[0] > sizes[1] > sizes[2]


def test_offsets_multiply_to_the_change_where_the_kernel_is_large_and_stay_bounded_where_it_is_not() -> None:
    kernel = torch.tensor([[5.0, -5.0, 1e-9, 0.0]])
    change = torch.full((1, 1, 4), 0.2)
    offset = relative_offset(change, kernel)
    assert offset.shape == (1, 1, 4, 1, 1)
    moved = kernel * offset.flatten(1)
    assert torch.allclose(moved[0, :2], torch.tensor([0.2, 0.2]), atol=0.05)
    assert offset.isfinite().all()
    assert offset.flatten()[2:].abs().max() < 1e-3


def test_changes_add_no_pattern_that_is_the_same_everywhere() -> None:
    inputs, change = torch.rand(2, 16, 8, 8), torch.randn(2, 12, 16)
    outputs, before = (
        torch.einsum("noi,nihw->nohw", kernel, inputs) for kernel in (without_constant_details(change, inputs), change)
    )
    averages, details = outputs.split((3, 9), dim=1)
    assert torch.allclose(details.mean((2, 3)), torch.zeros(2, 9), atol=1e-5)
    assert torch.allclose(averages, before[:, :3], atol=1e-5)
    assert details.std() > 0.5 * before[:, 3:].std((2, 3)).mean()  # what differs from place to place stays


@pytest.mark.parametrize("layers", [(1, 2, 9), (10,)])
def test_every_picture_gets_offsets_of_its_own_for_the_layers_asked_for(
    generator: MobileGenerator, code: torch.Tensor, layers: tuple[int, ...]
) -> None:
    codes = torch.cat((code, code * 0.9))
    model = (
        EmbeddedModel(generator, PreviewHead(), SmallEncoder(), Refiner(layers), Lpips()).eval().requires_grad_(False)
    )
    photos = torch.rand(2, 3, SIZE, SIZE) * 2 - 1
    picture = preview(generator, model.head, codes, generator.kernels())
    assert picture.shape == (2, 3, SIZE, SIZE)
    offsets = model.refinement(photos, codes)(picture, {})
    assert tuple(offsets) == layers
    for layer, offset in offsets.items():
        assert offset.shape == (2, *generator.own_kernels()[layer].shape)
        assert not torch.equal(offset[0], offset[1])
    assert generator(codes, offsets).isfinite().all()


def test_feedback_alone_brings_the_picture_nearer_with_every_refinement(
    generator: MobileGenerator, code: torch.Tensor
) -> None:
    refiner = Refiner()
    nn.init.zeros_(refiner.gains)  # no predictions
    model = EmbeddedModel(generator, PreviewHead(), SmallEncoder(), refiner, Lpips()).eval().requires_grad_(False)
    nn.init.orthogonal_(model.head.narrow)
    photo = preview(generator, model.head, code * 0.8, generator.kernels())
    refine = model.refinement(photo, code)
    offsets: Offsets = {}
    distances = []
    for _ in range(4):
        distances.append(float(model.refiner_input(model.target(photo), code, offsets).distance))
        offsets = add_offsets(offsets, refine(model.refiner_input(model.target(photo), code, offsets).picture, offsets))
    assert all(later < earlier for earlier, later in pairwise(distances)), distances
    assert distances[-1] < 0.5 * distances[0]


def test_corrections_of_a_code_bring_its_picture_nearer(
    generator: MobileGenerator, mapping: MappingNetwork, code: torch.Tensor
) -> None:
    encoder = SmallEncoder()
    encoder.basis.copy_(torch.eye(512) * 2**0.5)
    encoder.mean.copy_(mapping.mean)
    model = EmbeddedModel(generator, PreviewHead(), encoder, Refiner(), Lpips()).eval().requires_grad_(False)
    photo = preview(generator, model.head, code, generator.kernels())

    def distance(corrections: int) -> float:
        codes = model.encode(photo, corrections)
        return float(model.refiner_input(model.target(photo), codes, {}).distance)

    assert distance(5) < 0.9 * distance(0)


def test_a_direction_takes_no_notice_of_how_inputs_and_errors_are_scaled() -> None:
    gradient, inputs, kernel = torch.randn(1, 8, 16), torch.randn(1, 16, 64), torch.randn(8, 16)

    def direction(gradient: torch.Tensor, inputs: torch.Tensor) -> torch.Tensor:
        return descent_directions({1: gradient}, {1: inputs}, {1: kernel}, torch.float32)[1]

    found = direction(gradient, inputs)
    for scaled in ((gradient * 1e-4, inputs), (gradient, inputs * 100)):
        assert torch.allclose(found, direction(*scaled), rtol=1e-2, atol=1e-3)
    assert (found * gradient).sum() < 0  # downhill
    moved, answers = found @ inputs, kernel @ inputs
    assert torch.allclose(moved.square().mean(), answers.square().mean(), rtol=0.05)


@torch.no_grad()
def test_the_small_picture_takes_codes_of_w_and_of_each_style_alike(
    generator: MobileGenerator, code: torch.Tensor
) -> None:
    head = PreviewHead()
    repeated = code.unsqueeze(1).repeat(1, generator.n_styles, 1)
    one, other = (preview(generator, head, codes, generator.kernels()) for codes in (code, repeated))
    assert torch.allclose(one, other, atol=1e-5)


def test_layers_that_are_computed_together_do_not_know_of_each_other() -> None:
    shapes = {1: (8, 4), 2: (6, 6), 3: (8, 4), 4: (4, 8)}
    kernels = {layer: torch.randn(shape) for layer, shape in shapes.items()}
    gradients = {layer: torch.randn(2, *shape) for layer, shape in shapes.items()}
    inputs = {layer: torch.randn(2, kernels[layer].shape[1], 16 * layer) for layer in shapes}
    together = descent_directions(gradients, inputs, kernels, torch.float32)
    for layer, direction in together.items():
        alone = descent_directions(*({layer: part[layer]} for part in (gradients, inputs, kernels)), torch.float32)
        assert torch.allclose(direction, alone[layer], atol=1e-4)
