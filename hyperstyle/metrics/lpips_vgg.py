"""LPIPS with VGG-16 (Zhang et al., 2018), which most published tables report; trainings use the one with AlexNet."""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from hyperstyle.networks.lpips import LpipsNetwork, feature_distance

STAGES = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))
"""Channels of VGG-16's convolutions. The last feature map of each stage is compared; the next one halves it."""


class LpipsVgg(LpipsNetwork):
    """LPIPS with VGG-16, of which it compares five feature maps."""

    def __init__(self) -> None:
        widths = [3, *(width for stage in STAGES for width in stage)]
        layers = [nn.Conv2d(inputs, outputs, 3, padding=1) for inputs, outputs in pairwise(widths)]
        super().__init__(layers, (stage[-1] for stage in STAGES))

    def features(self, pictures: Tensor) -> list[Tensor]:
        """Return the five feature maps [N, C, h, w] of pictures [N, 3, H, W], RGB in [-1, 1].

        At every position a map's channels form a vector of length 1.
        """
        x, layers, maps = self.scaled(pictures), iter(self.layers), []
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
