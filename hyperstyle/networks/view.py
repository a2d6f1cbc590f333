"""The part of the generator's square pictures that a domain shows, and its size as network input."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True)
class View:
    """Crop of the generator's picture, and the size [height, width] at which encoder and hypernetwork see it."""

    height: int = 256
    width: int = 256
    margin: Fraction = Fraction(0)
    """Share of the rows that is cut off at the top, and again at the bottom."""

    def crop(self, picture: Tensor) -> Tensor:
        """Return the rows of a picture [N, 3, H, W] that the domain shows."""
        cut = int(picture.shape[-2] * self.margin)
        return picture[..., cut : picture.shape[-2] - cut, :]

    def pool(self, cropped: Tensor) -> Tensor:
        """Return a cropped picture [N, 3, h, W] at the size of the network input, [N, 3, height, width]."""
        return F.adaptive_avg_pool2d(cropped, (self.height, self.width))


SQUARE = View()
VIEWS: Mapping[str, View] = MappingProxyType({"cars": View(height=192, margin=Fraction(1, 8))})
"""Word in the `dataset_type` of a published model -> its view; a model with none of these words has `SQUARE`."""
