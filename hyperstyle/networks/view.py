"""How a domain looks at the generator's square pictures."""

from dataclasses import dataclass
from fractions import Fraction

import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True)
class View:
    """What a domain shows of a picture, and at which size its encoder and hypernetwork see it."""

    height: int = 256
    width: int = 256
    margin: Fraction = Fraction(0)
    """Share of the rows that is cut off at the top, and as much at the bottom."""

    def crop(self, picture: Tensor) -> Tensor:
        """The rows of a picture [N, 3, H, W] that the domain shows."""
        cut = int(picture.shape[-2] * self.margin)
        return picture[..., cut : picture.shape[-2] - cut, :]

    def pool(self, cropped: Tensor) -> Tensor:
        """A cropped picture [N, 3, h, W] as the networks see it: [N, 3, height, width]."""
        return F.adaptive_avg_pool2d(cropped, (self.height, self.width))


SQUARE = View()
CARS = View(height=192, margin=Fraction(1, 8))
