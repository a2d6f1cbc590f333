"""Previews that are fitted to one inversion."""

import pytest
import torch
from torch.nn import functional as F

from hyperstyle.networks.linear_preview import LinearPreview
from hyperstyle.networks.mobile_stylegan import haar, inverse_haar


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def test_sub_bands_give_the_maps_back() -> None:
    maps = noise(2, 3, 8, 10)
    torch.testing.assert_close(inverse_haar(haar(maps)), maps)


def test_a_picture_that_is_linear_in_the_features_is_reproduced_for_other_features_too() -> None:
    own, other = (noise(1, 40, 32, 32, seed=seed) for seed in (1, 2))

    def picture(features: torch.Tensor) -> torch.Tensor:
        """A picture of twice the preview's size."""
        bands = F.conv2d(features, noise(12, 40, 1, 1, seed=3) / 40, torch.linspace(-1, 1, 12))
        return inverse_haar(bands).repeat_interleave(2, 2).repeat_interleave(2, 3)

    preview = LinearPreview.fit(own, picture(own)).picture(other)
    assert preview.shape == (1, 3, 64, 64)
    expected = F.avg_pool2d(picture(other), 2)
    assert float((preview - expected).abs().mean() / expected.std()) == pytest.approx(0, abs=0.02)
