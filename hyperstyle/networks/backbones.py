"""The two backbones of the published encoders; both turn 256x256 pixels into 512 feature maps of 16x16.

Their modules are named as in the published files.
"""

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn

from hyperstyle.networks.resnet import BasicBlock

FEATURES = 512
"""Output channels of either backbone."""


class Backbone(nn.Module, ABC):
    """A stem and a body of residual blocks in four stages, of 64, 128, 256 and 512 channels."""

    body: nn.Sequential

    @abstractmethod
    def stem(self, x: Tensor) -> Tensor:
        """Return the body's input, feature maps [N, 64, H', W'], of pictures x [N, channels, H, W]."""

    def forward(self, x: Tensor) -> Tensor:
        """Return feature maps [N, 512, H/16, W/16] of pictures x [N, channels, H, W], RGB in [-1, 1]."""
        return self.body(self.stem(x))

    def stages(self, x: Tensor) -> list[Tensor]:
        """Return the feature maps after each of the four stages, at 1/2, 1/4, 1/8 and 1/16 of the size of x."""
        x = self.stem(x)
        outputs = []
        for block in self.body:
            before, x = x, block(x)
            if x.shape[1] != before.shape[1]:
                outputs.append(before)
        return [*outputs, x]


class ResNet34(Backbone):
    """The sixteen blocks of a ResNet-34 behind a PReLU stem without max pool."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.PReLU(64)
        blocks, inputs = [], 64
        for outputs, depth in ((64, 3), (128, 4), (256, 6), (FEATURES, 3)):
            blocks.append(BasicBlock(inputs, outputs, stride=1 if inputs == outputs else 2))
            blocks += [BasicBlock(outputs, outputs) for _ in range(depth - 1)]
            inputs = outputs
        self.body = nn.Sequential(*blocks)

    def stem(self, x: Tensor) -> Tensor:
        """Return feature maps [N, 64, H/2, W/2] of pictures x [N, channels, H, W]."""
        return self.relu(self.bn1(self.conv1(x)))


class SqueezeExcitation(nn.Module):
    """Squeeze-and-excitation: scales every channel by a number in [0, 1] that depends on the means of all channels."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.fc1 = nn.Conv2d(channels, channels // 16, 1, bias=False)
        self.fc2 = nn.Conv2d(channels // 16, channels, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return x [N, channels, H, W] with its channels rescaled."""
        means = x.mean((2, 3), keepdim=True)
        return x * torch.sigmoid(self.fc2(torch.relu(self.fc1(means))))


class IrSeUnit(nn.Module):
    """Residual unit of ArcFace's IR-SE networks; the second convolution has the stride."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.stride = stride
        self.shortcut_layer: nn.Module | None = None
        if inputs != outputs:
            self.shortcut_layer = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )
        self.res_layer = nn.Sequential(
            nn.BatchNorm2d(inputs),
            nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
            nn.PReLU(outputs),
            nn.Conv2d(outputs, outputs, 3, stride, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
            SqueezeExcitation(outputs),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return [N, outputs, H / stride, W / stride] of x [N, inputs, H, W]."""
        shortcut = x[..., :: self.stride, :: self.stride] if self.shortcut_layer is None else self.shortcut_layer(x)
        return self.res_layer(x) + shortcut


class IrSe50(Backbone):
    """ArcFace's IR-SE-50 without its output layer."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.input_layer = nn.Sequential(
            nn.Conv2d(channels, 64, 3, padding=1, bias=False), nn.BatchNorm2d(64), nn.PReLU(64)
        )
        units, inputs = [], 64
        for outputs, depth in ((64, 3), (128, 4), (256, 14), (FEATURES, 3)):
            units.append(IrSeUnit(inputs, outputs, stride=2))
            units += [IrSeUnit(outputs, outputs, stride=1) for _ in range(depth - 1)]
            inputs = outputs
        self.body = nn.Sequential(*units)

    def stem(self, x: Tensor) -> Tensor:
        """Return feature maps [N, 64, H, W] of pictures x [N, channels, H, W]."""
        return self.input_layer(x)
