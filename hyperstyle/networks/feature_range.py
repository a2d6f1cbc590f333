"""The range of feature maps in which the layers after them draw what they were trained to draw.

Refinements change kernels up to 128 pixels and see what the last blocks make of it through a linear map. A feature
that grows far beyond its range brightens the map's picture a little; the last blocks draw a glaring dot or a crack,
which is too small to be seen at 256 pixels.
"""

from dataclasses import dataclass

from torch import Tensor

NARROWEST = 0.1  # deviation of a channel at least, as a share of the mean one: a channel may be the same everywhere


@dataclass(frozen=True)
class FeatureRange:
    """Where the channels of N pictures' feature maps lie before any kernel is changed."""

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
        beyond = (features - features.clamp(self.lowest, self.highest)) / self.deviation
        return beyond.float().square().mean((1, 2, 3))
