"""The HyperStyle hypernetworks: every head against its formula as published."""

import pytest
import torch
import torch.nn.functional as F

from hyperstyle.networks.hypernetwork import HyperNetwork, PairHead, SeparableOutput, SharedHead, chunked_linear
from hyperstyle.networks.stylegan2 import layer_shapes


@pytest.fixture(scope="module")
def separable() -> HyperNetwork:
    torch.manual_seed(0)
    return HyperNetwork(256, (13, 14, 15, 16, 18), separable=True).eval().requires_grad_(False)


def test_the_separable_head_is_the_mixed_product() -> None:
    shape = layer_shapes(256)[17]
    output = SeparableOutput(shape).requires_grad_(False)
    codes = torch.randn(2, 512)
    k, ins, outs = 3, shape.inputs, shape.outputs
    left = output.make_kernel_out(codes).view(2, k, k, outs, 1)
    right = output.make_kernel_in(codes).view(2, k, k, 1, ins)
    mixed = output.kernel_linear_out(output.kernel_linear_in(left @ right).transpose(3, 4))
    expected = mixed.permute(0, 4, 3, 1, 2)
    torch.testing.assert_close(output(codes), expected, rtol=1e-4, atol=1e-5)


def test_the_shared_head_is_two_products() -> None:
    with torch.device("meta"):
        head = SharedHead()
    # The real second matrix has 512 MB; one whose columns are alike needs none.
    matrices = {
        "w1": torch.randn(512, 4608),
        "b1": torch.randn(4608),
        "w2": torch.randn(512, 1).expand(512, 512 * 512),
        "b2": torch.randn(512 * 512),
    }
    head.load_state_dict(matrices, assign=True)
    head.requires_grad_(False)
    codes = torch.randn(2, 512)
    rows = (codes @ matrices["w2"] + matrices["b2"]).view(2, 512, 512)
    expected = (rows @ matrices["w1"] + matrices["b1"]).view(2, 512, 512, 3, 3)
    assert (head(codes) - expected).abs().max() < 1e-5 * expected.std()


@pytest.mark.parametrize("layer", [13, 14])
def test_a_pair_of_channels_has_one_value(layer: int) -> None:
    shape = layer_shapes(256)[layer]
    head = PairHead(shape).requires_grad_(False)
    maps = torch.randn(2, 512, 16, 16)
    expected = head.output(F.adaptive_avg_pool2d(head.convs(maps), 1).flatten(1))
    offsets = head(maps)
    assert offsets.shape == (2, shape.outputs, shape.inputs, 1, 1)
    torch.testing.assert_close(offsets.flatten(1), expected, rtol=1e-4, atol=1e-5)


def test_weights_of_16_bits_are_widened_exactly() -> None:
    x, weight, bias = torch.randn(3, 64), torch.randn(5000, 64), torch.randn(5000)
    expected = F.linear(x, weight, bias)
    torch.testing.assert_close(chunked_linear(x, weight, bias), expected)
    torch.testing.assert_close(chunked_linear(x, weight.half(), bias), F.linear(x, weight.half().float(), bias))


def test_every_tuned_layer_gets_an_offset_that_fits_its_kernel(separable: HyperNetwork) -> None:
    offsets = separable(torch.randn(1, 3, 256, 256), torch.randn(1, 3, 256, 256))
    shapes = {layer: tuple(offset.shape) for layer, offset in offsets.items()}
    assert shapes == {
        13: (1, 3, 512, 1, 1),
        14: (1, 256, 512, 3, 3),
        15: (1, 256, 256, 3, 3),
        16: (1, 3, 256, 1, 1),
        18: (1, 128, 128, 3, 3),
    }


@pytest.mark.parametrize("height", [192, 256])
def test_pictures_do_not_depend_on_their_neighbours(separable: HyperNetwork, height: int) -> None:
    photos, pictures = torch.randn(2, 2, 3, height, 256)
    together = separable(photos, pictures)
    alone = separable(photos[1:], pictures[1:])
    for layer, offset in alone.items():
        torch.testing.assert_close(together[layer][1:], offset, rtol=1e-3, atol=1e-5)


def test_layers_that_share_nothing_need_no_shared_matrices(separable: HyperNetwork) -> None:
    assert not [name for name in separable.state_dict() if name.startswith("shared")]
