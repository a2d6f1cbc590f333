"""LPIPS: a distance that feels what people see."""

import pytest
import torch

from hyperstyle.networks.lpips import Lpips, distance_coordinates, training_distance
from hyperstyle.networks.mobile_stylegan import MappingNetwork, MobileGenerator
from hyperstyle.weights.lpips_loading import load_lpips
from tests.weights_at_hand import weight_file


@pytest.fixture(scope="module")
def lpips() -> Lpips:
    return load_lpips(weight_file("lpips-alexnet"))


@pytest.fixture(scope="module")
def faces(generator: MobileGenerator, mapping: MappingNetwork) -> torch.Tensor:
    codes = mapping(torch.randn(2, 512, generator=torch.Generator().manual_seed(3)), 0.7)
    return torch.nn.functional.avg_pool2d(generator(codes), 4).clamp(-1, 1)


def test_it_is_zero_for_the_same_and_does_not_mind_the_order(lpips: Lpips, faces: torch.Tensor) -> None:
    assert torch.allclose(lpips(faces, faces), torch.zeros(2), atol=1e-6)
    assert torch.allclose(lpips(faces[:1], faces[1:]), lpips(faces[1:], faces[:1]))


def test_another_face_is_farther_than_a_shifted_one_and_blur_counts(lpips: Lpips, faces: torch.Tensor) -> None:
    one, other = faces[:1], faces[1:]
    shifted = one.roll(1, dims=3)
    blurred = torch.nn.functional.avg_pool2d(one, 9, stride=1, padding=4, count_include_pad=False)
    assert lpips(one, shifted) < 0.1 < lpips(one, blurred) < lpips(one, other)
    # The blurred one is the nearer of the two by plain squares: that is what this distance is for.
    assert (one - blurred).square().mean() < 0.2 * (one - other).square().mean()


def test_it_can_be_descended_from_a_flat_picture(lpips: Lpips, faces: torch.Tensor) -> None:
    flat = torch.zeros(1, 3, 256, 256, requires_grad=True)
    lpips(flat, faces[:1]).sum().backward()
    assert flat.grad is not None
    assert flat.grad.isfinite().all()
    assert flat.grad.abs().sum() > 0


def test_trainings_take_a_blurred_face_for_farther_than_a_darker_one_with_the_same_squares(
    lpips: Lpips, faces: torch.Tensor
) -> None:
    face = faces[:1]
    blurred = torch.nn.functional.avg_pool2d(face, 9, stride=1, padding=4, count_include_pad=False)
    darker = face - (face - blurred).square().mean().sqrt()
    assert training_distance(blurred, face, lpips) > 1.2 * training_distance(darker, face, lpips)


def test_coordinates_are_as_far_apart_as_pictures(lpips: Lpips, faces: torch.Tensor) -> None:
    one, other = distance_coordinates(faces, lpips)
    assert torch.allclose((one - other).square().sum(), training_distance(faces[:1], faces[1:], lpips)[0], rtol=1e-4)
