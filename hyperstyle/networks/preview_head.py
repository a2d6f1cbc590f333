"""A head that turns the embedded generator's features at 128 pixels into a preview of the picture at 256 pixels.

The refinement compares previews with the photo and backpropagates through them.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from hyperstyle.networks.generator import Kernels
from hyperstyle.networks.mobile_stylegan import BANDS, BLOCKS, CODE, MobileGenerator, inverse_haar, modulated_pointwise

WIDTH = 64
SIZE = 256  # pixels; the features at 128 pixels take half of the generator's operations and a tenth of its time


class Residual(nn.Module):
    """Residual block of two 3x3 convolutions."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """Return feature maps of the shape of x [N, width, H, W]."""
        residual: Tensor = self.second(F.leaky_relu(self.first(x), 0.2))
        return F.leaky_relu(x + residual, 0.2)


class PreviewHead(nn.Module):
    """Replaces the generator's last blocks and the pooling of its picture to `size` pixels."""

    def __init__(self, size: int = SIZE, depth: int = 2) -> None:
        super().__init__()
        self.features = size // 2
        channels = next(block.outputs for block in BLOCKS if block.size == self.features)
        self.modulation = nn.Linear(CODE, channels)
        self.narrow = nn.Parameter(torch.randn(WIDTH, channels) * channels**-0.5)
        # The blocks that it replaces add stored noise; this parameter learns what remains of it at this size.
        self.place = nn.Parameter(torch.zeros(1, WIDTH, self.features, self.features))
        self.refine = nn.Sequential(*(Residual(WIDTH) for _ in range(depth)))
        self.picture = nn.Conv2d(WIDTH, 3 * BANDS, 3, padding=1)
        nn.init.ones_(self.modulation.bias)

    def forward(self, features: Tensor, codes: Tensor) -> Tensor:
        """Return pictures [N, 3, S, S] of features [N, C, S / 2, S / 2] of codes in W [N, 512] or W+ [N, 18, 512]."""
        finest = codes if codes.ndim == 2 else codes[:, -1]
        return self.render(features, self.modulation(finest.to(self.place.dtype)))

    def render(self, features: Tensor, style: Tensor) -> Tensor:
        """Return pictures [N, 3, S, S] of features [N, C, S / 2, S / 2] and their style [N, C]."""
        x = modulated_pointwise(features, self.narrow, style) + self.place
        return inverse_haar(self.picture(self.refine(F.leaky_relu(x, 0.2)))).float()


def preview(generator: MobileGenerator, head: PreviewHead, codes: Tensor, kernels: Kernels) -> Tensor:
    """Return previews [N, 3, S, S], RGB, about [-1, 1], of codes in W [N, 512] or W+ [N, 18, 512]."""
    return head(generator.features(generator.styles(codes), kernels, head.features), codes)
