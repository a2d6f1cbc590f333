"""The published encoders: a photo's code in W, and ReStyle's steps towards a code in W+."""

import torch
from torch import Tensor, nn

from hyperstyle.networks.backbones import FEATURES, Backbone, IrSe50
from hyperstyle.networks.equalized import EqualizedLinear


def strided(inputs: int, widths: list[int], first_stride: int = 2) -> nn.Sequential:
    """3x3 convolutions to each of `widths` channels, each halving the map, each with a leaky ReLU behind it."""
    layers: list[nn.Module] = []
    for stride, width in zip([first_stride] + [2] * (len(widths) - 1), widths, strict=True):
        layers += [nn.Conv2d(inputs, width, 3, stride, padding=1), nn.LeakyReLU(inplace=True)]
        inputs = width
    return nn.Sequential(*layers)


class WEncoder(nn.Module):
    """One code in W for a photo, relative to the average code."""

    def __init__(self, trunk: Backbone | None = None) -> None:
        super().__init__()
        self.trunk = trunk or IrSe50(3)
        self.linear = EqualizedLinear(FEATURES, 512)

    def forward(self, photo: Tensor) -> Tensor:
        """Codes [N, 512] of photos [N, 3, H, W], RGB in [-1, 1], whose sides are multiples of 16."""
        return self.linear(self.trunk(photo).mean((2, 3)))


class CodeHead(nn.Module):
    """A code from maps, by convolutions that leave one pixel of them."""

    def __init__(self, widths: list[int], first_stride: int = 2) -> None:
        super().__init__()
        self.convs = strided(FEATURES, widths, first_stride)
        self.linear = EqualizedLinear(512, 512)

    def forward(self, maps: Tensor) -> Tensor:
        """Codes [N, 512] of maps [N, 512, 16, 16] or [N, 512, 12, 16]."""
        return self.linear(self.convs(maps).flatten(1))


class ReStyleEncoder(nn.Module):
    """ReStyle-e4e: what to add to a W+ code, as one code for all styles and a difference for each but the first."""

    def __init__(self, trunk: Backbone, n_styles: int) -> None:
        super().__init__()
        self.trunk = trunk
        self.styles = nn.ModuleList(CodeHead([512] * 4) for _ in range(n_styles))

    def forward(self, photo: Tensor, picture: Tensor) -> Tensor:
        """[N, n_styles, 512] to add to the code of `picture`; both [N, 3, 256, 256], RGB in [-1, 1]."""
        maps = self.trunk(torch.cat([photo, picture], 1))
        first, *differences = [head(maps) for head in self.styles]
        return torch.stack([first] + [first + difference for difference in differences], 1)
