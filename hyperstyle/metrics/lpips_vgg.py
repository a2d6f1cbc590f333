"""LPIPS with VGG-16 (Zhang et al., 2018), which most published tables report; trainings use the one with AlexNet."""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from hyperstyle.networks.lpips import SCALE, SHIFT, feature_distance

STAGES = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))
"""Channels of VGG-16's convolutions. The last feature map of each stage is compared; the next one halves it."""


class LpipsVgg(nn.Module):
    """LPIPS with VGG-16: compares five feature maps, normalized at every position, with a weight per channel."""

    def __init__(self) -> None:
        super().__init__()
        widths = [3, *(width for stage in STAGES for width in stage)]
        self.layers = nn.ModuleList(nn.Conv2d(inputs, outputs, 3, padding=1) for inputs, outputs in pairwise(widths))
        self.importance = nn.ParameterList(torch.zeros(stage[-1]) for stage in STAGES)
        self.register_buffer("shift", torch.tensor(SHIFT).view(3, 1, 1))
        self.register_buffer("scale", torch.tensor(SCALE).view(3, 1, 1))
        self.shift: Tensor
        self.scale: Tensor

    def features(self, pictures: Tensor) -> list[Tensor]:
        """Return the five feature maps [N, C, h, w] of pictures [N, 3, H, W], RGB in [-1, 1].

        At every position a map's channels form a vector of length 1.
        """
        x, layers, maps = (pictures - self.shift) / self.scale, iter(self.layers), []
        for index, stage in enumerate(STAGES):
            x = F.max_pool2d(x, 2) if index else x
            for _ in stage:
                x = F.relu(next(layers)(x))
            maps.append(F.normalize(x, eps=1e-10))
        return maps

    @torch.no_grad()
    def forward(self, pictures: Tensor, others: Tensor) -> Tensor:
        """Return the LPIPS distances [N] of `pictures` and `others`, both [N, 3, H, W], RGB in [-1, 1]."""
        return feature_distance(self.features(pictures), self.features(others), self.importance)
