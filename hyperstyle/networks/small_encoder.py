"""The embedded tier's encoder into W: small enough to ship, fast enough for two CPU cores."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from hyperstyle.networks.resnet import BasicBlock

SIDE = 128  # pixels along a side of the encoder's input; W holds no finer detail
WIDTHS = (64, 128, 256, 512)
NARROW = (32, 64, 128, 256)  # a quarter of the weights, for domains of less variety
REDUCED = 32  # channels of the last map when it is flattened: with all 512, most weights would lie in the linear layer


def trunk(channels: int, widths: tuple[int, ...] = WIDTHS) -> nn.Sequential:
    """Return a ResNet-18 without its max pool: [N, channels, S, S] -> [N, widths[-1], S / 16, S / 16]."""
    layers: list[nn.Module] = [
        nn.Conv2d(channels, widths[0], 7, stride=2, padding=3, bias=False),
        nn.BatchNorm2d(widths[0]),
        nn.ReLU(inplace=True),
    ]
    inputs = widths[0]
    for stage, width in enumerate(widths):
        layers += [BasicBlock(inputs, width, stride=2 if stage else 1), BasicBlock(width, width)]
        inputs = width
    return nn.Sequential(*layers)


class SmallEncoder(nn.Module):
    """Photo -> code in W: a ResNet-18 whose last map is flattened instead of averaged, which keeps positions."""

    def __init__(self, widths: tuple[int, ...] = WIDTHS) -> None:
        super().__init__()
        self.trunk = trunk(3, widths)
        self.reduce = nn.Conv2d(widths[-1], REDUCED, 1)
        self.code = nn.Linear(REDUCED * (SIDE // 16) ** 2, 512)
        # Codes are learned in units of their own mean and spread.
        self.register_buffer("mean", torch.zeros(512))
        self.register_buffer("spread", torch.ones(512))
        # Coordinates z of W, w = mean + basis @ z, in which the mean curvature of a picture's distance from a photo is
        # about 1, and the inverse covariance of W is diagonal: `precision`.
        self.register_buffer("basis", torch.eye(512))
        self.register_buffer("precision", torch.ones(512))
        self.mean: Tensor
        self.spread: Tensor
        self.basis: Tensor
        self.precision: Tensor

    def normalized(self, photos: Tensor) -> Tensor:
        """Return (codes - mean) / spread [N, 512] of photos [N, 3, H, W], RGB in [-1, 1], H and W multiples of 128."""
        photos = F.adaptive_avg_pool2d(photos, SIDE)
        return self.code(F.relu(self.reduce(self.trunk(photos))).flatten(1))

    def forward(self, photos: Tensor) -> Tensor:
        """Return codes [N, 512] of photos [N, 3, H, W], RGB in [-1, 1], H and W multiples of 128."""
        return self.mean + self.spread * self.normalized(photos)

    def coordinates(self, codes: Tensor) -> Tensor:
        """Return the coordinates z [N, 512] of codes [N, 512]."""
        return torch.linalg.solve(self.basis, (codes - self.mean).mT).mT

    def codes(self, coordinates: Tensor) -> Tensor:
        """Return the codes [N, 512] of coordinates z [N, 512]."""
        return self.mean + coordinates @ self.basis.mT
