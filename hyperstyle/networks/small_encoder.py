"""The embedded tier's own encoder: small enough to ship, fast enough for two CPU cores."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from hyperstyle.networks.resnet import BasicBlock

SIDE = 128  # of what the encoder looks at; W holds no finer detail
WIDTHS = (64, 128, 256, 512)
REDUCED = 32  # channels of the last map before it is flattened, which is where most weights would lie


def trunk(channels: int, widths: tuple[int, ...] = WIDTHS) -> nn.Sequential:
    """ResNet-18 without its max pool: [N, channels, S, S] to [N, widths[-1], S / 16, S / 16]."""
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
    """Photo to code in W: a ResNet-18 whose last map is flattened, so that it still knows where things are."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = trunk(3)
        self.reduce = nn.Conv2d(WIDTHS[-1], REDUCED, 1)
        self.code = nn.Linear(REDUCED * (SIDE // 16) ** 2, 512)
        # Codes are learned in units of their own mean and spread.
        self.register_buffer("mean", torch.zeros(512))
        self.register_buffer("spread", torch.ones(512))
        # Turns the gradient of a picture's distance over W into an even step down: `-gradient @ metric`.
        self.register_buffer("metric", torch.zeros(512, 512))
        self.mean: Tensor
        self.spread: Tensor
        self.metric: Tensor

    def normalized(self, photos: Tensor) -> Tensor:
        """Codes [N, 512] in units of the spread around the mean; `photos` as in `forward`."""
        photos = F.adaptive_avg_pool2d(photos, SIDE)
        return self.code(F.relu(self.reduce(self.trunk(photos))).flatten(1))

    def forward(self, photos: Tensor) -> Tensor:
        """Codes [N, 512] of photos [N, 3, H, W], RGB in [-1, 1], H and W multiples of 128."""
        return self.mean + self.spread * self.normalized(photos)
