"""Sharpness of pictures against photos."""

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from hyperstyle.metrics.sharpness import octave_energy, sharpness


@pytest.fixture
def photo() -> Tensor:
    """[3, 128, 160]: detail of every size."""
    return torch.randn(3, 128, 160, generator=torch.Generator().manual_seed(0))


def wave(halves: int) -> Tensor:
    """[1, 128, 128]: that many half waves from left to right; 64 and more are of the finest octave."""
    return torch.cos(torch.pi * halves / 128 * (torch.arange(128.0) + 0.5)).expand(1, 128, 128)


def test_a_copy_is_as_sharp_in_any_light_and_half_the_contrast_has_a_quarter(photo: Tensor) -> None:
    assert sharpness(photo, photo) == pytest.approx(1)
    assert sharpness(photo + 0.5, photo) == pytest.approx(1)
    assert sharpness(photo / 2, photo) == pytest.approx(0.25)


def test_only_the_finest_octave_counts() -> None:
    coarse, fine = wave(60), wave(70)
    assert float(octave_energy(coarse, 1)) < 1e-6 * float(octave_energy(fine, 1))
    assert float(octave_energy(coarse, 0.5)) > 100 * float(octave_energy(fine, 0.5))
    ramp = torch.linspace(-1, 1, 128).expand(1, 128, 128)  # what does not go on at the edges is no detail
    assert float(octave_energy(ramp, 1)) < 1e-3 * float(octave_energy(0.1 * fine, 1))


def test_an_enlarged_photo_is_judged_by_what_it_holds(photo: Tensor) -> None:
    enlarged = F.interpolate(photo[None], scale_factor=4.0, mode="bicubic")[0]
    blurred = F.interpolate(F.avg_pool2d(photo[None], 2), scale_factor=8.0, mode="bicubic")[0]
    invented = enlarged + 0.5 * torch.randn(enlarged.shape, generator=torch.Generator().manual_seed(1))
    assert sharpness(blurred, enlarged, 0.25) < 0.3
    assert sharpness(invented, enlarged, 0.25) == pytest.approx(1, abs=0.2)
    assert sharpness(invented, enlarged) > 2
