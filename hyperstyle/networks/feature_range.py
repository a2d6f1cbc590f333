"""The range of feature maps in which the layers after them draw what they were trained to draw.

Refinements change kernels up to 128 pixels and see what the last blocks make of it through a linear map. A feature
that grows far beyond its range brightens the map's picture a little; the last blocks draw a glaring dot or a crack,
which is too small to be seen at 256 pixels.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

NARROWEST = 0.1  # deviation of a channel at least, as a share of the mean one: a channel may be the same everywhere


class SquaredExcess(torch.autograd.Function):
    """The sum of the squares by which features lie beyond a range. Autograd's own gradient takes ten times the time."""

    @staticmethod
    def forward(ctx: Any, features: Tensor, lowest: Tensor, highest: Tensor, weight: Tensor) -> Tensor:  # noqa: ANN401
        """Return the sums [N] of features [N, C, H, W]; excesses are multiplied by `weight`, before they are squared.

        The range and the weight are [N, C, 1, 1].
        """
        excess = (features - features.clamp(lowest, highest)).mul_(weight)
        ctx.save_for_backward(excess, weight)
        rows = excess.permute(0, 2, 3, 1).flatten(1)  # as they lie in memory
        return torch.linalg.vector_norm(rows, dim=1, dtype=torch.float32).square()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None, None]:  # noqa: ANN401
        """Return the gradient over the features, of that over the sums [N]."""
        excess, weight = ctx.saved_tensors
        return excess * (2 * weight * gradients[0][:, None, None, None]).to(excess.dtype), None, None, None


@dataclass(frozen=True)
class FeatureRange:
    """Lowest and highest values, and deviations, of each channel of N pictures' feature maps, before kernels change."""

    lowest: Tensor
    """[N, C, 1, 1]."""
    highest: Tensor
    """[N, C, 1, 1]."""
    deviation: Tensor
    """Standard deviation over positions [N, C, 1, 1]."""

    @classmethod
    def of(cls, features: Tensor) -> "FeatureRange":
        """Return the range of features [N, C, H, W]."""
        deviation = features.std((2, 3), keepdim=True)
        floor = NARROWEST * deviation.mean(1, keepdim=True)
        return cls(features.amin((2, 3), keepdim=True), features.amax((2, 3), keepdim=True), deviation.maximum(floor))

    def __getitem__(self, part: slice) -> "FeatureRange":
        """Return the range of some of the pictures."""
        return FeatureRange(self.lowest[part], self.highest[part], self.deviation[part])

    def excess(self, features: Tensor) -> Tensor:
        """Return by how many deviations features [N, C, H, W] lie beyond the range, as a mean square [N]."""
        weight = 1 / (self.deviation * features[0].numel() ** 0.5)
        excess: Tensor = SquaredExcess.apply(features, self.lowest, self.highest, weight)
        return excess
