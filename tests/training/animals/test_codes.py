"""Codes that follow their pictures, and new ones that are spread like them."""

import pytest
import torch
from torch import Tensor

from hyperstyle.networks.code_transform import CodeTransform, matrix_power
from hyperstyle.networks.mobile_stylegan import MappingNetwork
from hyperstyle.training.animals.codes import Codes, face_statistics


def test_only_the_codes_that_were_seen_move_and_as_far_as_they_are_told_to() -> None:
    covariance = torch.diag(torch.linspace(0.1, 4, 512))
    codes = Codes(torch.zeros(5, 512), covariance)
    target, numbers = torch.randn(2, 512), torch.tensor([1, 3])
    before = (codes(numbers) - target).square().sum()
    seen = codes(numbers)
    (seen - target).square().sum().backward()
    assert seen.grad is not None
    codes.move(numbers, seen.grad, 0.5)
    assert codes.codes[[0, 2, 4]].count_nonzero() == 0
    lengths = (codes.codes[numbers] @ matrix_power(covariance, -0.5)).norm(dim=1)
    assert torch.allclose(lengths, torch.tensor(0.5), atol=1e-3)
    assert (codes(numbers) - target).square().sum() < before


@pytest.mark.parametrize("power", [0.5, -0.5])
def test_roots_of_covariances(cloud: Tensor, power: float) -> None:
    covariance = torch.cov(cloud.T)
    found = matrix_power(covariance, power)
    wanted = covariance if power > 0 else torch.linalg.inv(covariance)
    assert torch.allclose(found @ found, wanted, rtol=1e-2, atol=1e-3)


def test_new_codes_are_spread_like_those_of_the_pictures(mapping: MappingNetwork) -> None:
    faces = face_statistics(mapping)
    stretch = torch.linspace(0.2, 2, 512)
    with torch.inference_mode():
        codes = mapping(torch.randn(4000, 512, generator=torch.Generator().manual_seed(1))) * stretch + 3
        new = CodeTransform().fit(faces, codes)(mapping(torch.randn(4000, 512)))
        pulled = CodeTransform().fit(faces, codes)(mapping(torch.randn(4000, 512), 0.5))
    wanted, found = torch.cov(codes.T), torch.cov(new.T)
    assert (found - wanted).norm() < 0.2 * wanted.norm()
    assert (new.mean(0) - codes.mean(0)).norm() < 0.1 * codes.std(0).norm()
    assert torch.allclose(torch.cov(pulled.T).trace(), found.trace() / 4, rtol=0.1)
