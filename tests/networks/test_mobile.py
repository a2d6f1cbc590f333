"""The embedded generator: agreement with OpenVINO, offsets, and the stages that can be kept."""

from pathlib import Path

import numpy as np
import pytest
import torch

from hyperstyle.networks.mobile_stylegan import MappingNetwork, MobileGenerator, depthwise, inverse_haar


@pytest.fixture(scope="module")
def expected() -> dict[str, np.ndarray]:
    with np.load(Path(__file__).with_name("mobile_expected.npz")) as arrays:
        return dict(arrays)


def test_agrees_with_openvino(
    generator: MobileGenerator, mapping: MappingNetwork, expected: dict[str, np.ndarray]
) -> None:
    with torch.inference_mode():
        code = mapping(torch.from_numpy(expected["z"]))
        picture = generator(code)
    assert np.abs(code.numpy() - expected["code"]).max() < 1e-4
    pooled = torch.nn.functional.avg_pool2d(picture, 16).numpy()
    assert np.abs(pooled - expected["pooled"]).max() < 1e-3
    assert np.abs(picture[:, :, 480:512, 480:512].numpy() - expected["crop"]).max() < 1e-3


def test_mean_code_makes_an_average_face(mapping: MappingNetwork) -> None:
    z = torch.randn(500, 512, generator=torch.Generator().manual_seed(5))
    full, half = mapping(z), mapping(z, 0.5)
    assert torch.allclose(half - mapping.mean, (full - mapping.mean) / 2, atol=1e-5)
    # Other vectors than those the mean was taken over have nearly the same one.
    assert (full.mean(0) - mapping.mean).norm() < 0.1 * (full - mapping.mean).norm(dim=1).mean()


def test_offsets_of_zero_change_nothing_and_others_do(generator: MobileGenerator, code: torch.Tensor) -> None:
    zero = {layer: torch.zeros_like(kernel).requires_grad_() for layer, kernel in generator.own_kernels().items()}
    picture = generator(code, zero)
    assert torch.equal(picture, generator(code))
    picture.square().sum().backward()  # tells of all layers at once what a change of each would do
    for layer, offset in zero.items():
        assert offset.grad is not None, layer
        assert offset.grad.abs().sum() > 1, layer


@torch.inference_mode()
def test_offsets_of_each_picture_are_its_own(generator: MobileGenerator, code: torch.Tensor) -> None:
    chance = torch.Generator().manual_seed(1)
    offsets = {
        layer: 0.1 * torch.randn(2, *kernel.shape[:2], 1, 1, generator=chance)
        for layer, kernel in generator.own_kernels().items()
    }
    together = generator(code.expand(2, -1), offsets)
    for index in range(2):
        alone = generator(code, {layer: change[index] for layer, change in offsets.items()})
        assert torch.allclose(together[index], alone[0], atol=1e-4)


@torch.inference_mode()
def test_offsets_multiply_the_kernels(generator: MobileGenerator, code: torch.Tensor) -> None:
    kernels = dict(generator.kernels())
    kernels[9] = kernels[9] * 1.2
    by_hand = generator.synthesize(generator.styles(code), kernels)
    assert torch.allclose(generator(code, {9: torch.full((1, 1, 1, 1), 0.2)}), by_hand, atol=1e-5)


@torch.inference_mode()
def test_one_code_for_all_styles_or_the_same_code_for_each(generator: MobileGenerator, code: torch.Tensor) -> None:
    repeated = code.unsqueeze(1).repeat(1, generator.n_styles, 1)
    assert torch.equal(generator(repeated), generator(code))
    repeated[:, :4] += 0.5  # coarse styles alone
    coarse = generator.styles(repeated)
    changed = [not torch.equal(a, b) for a, b in zip(coarse, generator.styles(code), strict=True)]
    assert changed == [True] * 6 + [False] * 17


def test_inverse_haar_inverts_the_haar_transform() -> None:
    picture = torch.randn(2, 3, 8, 8)
    corners = torch.nn.functional.pixel_unshuffle(picture, 2).unflatten(1, (3, 4))
    upper_left, upper_right, lower_left, lower_right = corners.unbind(2)
    average = (upper_left + upper_right + lower_left + lower_right) / 2
    vertical = (upper_left + upper_right - lower_left - lower_right) / 2
    horizontal = (upper_left - upper_right + lower_left - lower_right) / 2
    diagonal = (upper_left - upper_right - lower_left + lower_right) / 2
    differences = torch.stack((vertical, horizontal, diagonal), 2).flatten(1, 2)
    assert torch.allclose(inverse_haar(torch.cat((average, differences), 1)), picture, atol=1e-6)


def test_gradients_of_depthwise_convolutions_are_those_of_the_general_convolution() -> None:
    maps, kernels = torch.randn(2, 6, 9, 9, requires_grad=True), torch.randn(6, 1, 3, 3, requires_grad=True)
    weights = torch.randn(2, 6, 9, 9)
    general = torch.nn.functional.conv2d(maps, kernels, padding=1, groups=6)
    expected = torch.autograd.grad((general * weights).sum(), (maps, kernels))
    found = torch.autograd.grad((depthwise(maps, kernels) * weights).sum(), (maps, kernels))
    for one, other in zip(found, expected, strict=True):
        assert torch.allclose(one, other, atol=1e-5)
