"""The published encoders: the W-encoder, and ReStyle-e4e's encoder, which refines a W+ code step by step."""

import torch
from torch import Tensor, nn

from hyperstyle.networks.backbones import FEATURES, Backbone, IrSe50
from hyperstyle.networks.equalized import EqualizedLinear


def strided_convs(inputs: int, widths: list[int], first_stride: int = 2) -> nn.Sequential:
    """Return 3x3 convolutions with `widths` output channels, stride 2 and leaky ReLUs; the first has `first_stride`."""
    layers: list[nn.Module] = []
    for stride, width in zip([first_stride] + [2] * (len(widths) - 1), widths, strict=True):
        layers += [nn.Conv2d(inputs, width, 3, stride, padding=1), nn.LeakyReLU(inplace=True)]
        inputs = width
    return nn.Sequential(*layers)


class WEncoder(nn.Module):
    """Photo -> code in W, relative to the average code."""

    def __init__(self, trunk: Backbone | None = None) -> None:
        super().__init__()
        self.trunk = trunk or IrSe50(3)
        self.linear = EqualizedLinear(FEATURES, 512)

    def forward(self, photo: Tensor) -> Tensor:
        """Return codes [N, 512], minus the average code, of photos [N, 3, H, W], RGB in [-1, 1]; 16 divides H and W."""
        return self.linear(self.trunk(photo).mean((2, 3)))


class CodeHead(nn.Module):
    """Feature maps -> code, by strided convolutions down to one pixel and a linear layer."""

    def __init__(self, widths: list[int], first_stride: int = 2) -> None:
        super().__init__()
        self.convs = strided_convs(FEATURES, widths, first_stride)
        self.linear = EqualizedLinear(512, 512)

    def forward(self, maps: Tensor) -> Tensor:
        """Return codes [N, 512] of feature maps [N, 512, 16, 16] or [N, 512, 12, 16]."""
        return self.linear(self.convs(maps).flatten(1))


class ReStyleEncoder(nn.Module):
    """ReStyle-e4e: photo and picture -> change of the picture's W+ code.

    As in e4e, the first head predicts one change for all styles, the others what their style adds to it.
    """

    def __init__(self, trunk: Backbone, n_styles: int) -> None:
        super().__init__()
        self.trunk = trunk
        self.styles = nn.ModuleList(CodeHead([512] * 4) for _ in range(n_styles))

    def forward(self, photo: Tensor, picture: Tensor) -> Tensor:
        """Return the change [N, n_styles, 512] of the code of `picture`; both are [N, 3, 256, 256], RGB in [-1, 1]."""
        maps = self.trunk(torch.cat([photo, picture], 1))
        first, *differences = [head(maps) for head in self.styles]
        return torch.stack([first] + [first + difference for difference in differences], 1)
