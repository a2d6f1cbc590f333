"""LPIPS (Zhang et al., 2018): a perceptual distance of two pictures, from the features of a classifier."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

SHIFT = (-0.030, -0.088, -0.188)
SCALE = (0.458, 0.448, 0.450)


class LpipsNetwork(nn.Module):
    """A classifier whose feature maps LPIPS compares, normalized at every position, with a weight per channel."""

    def __init__(self, layers: Sequence[nn.Conv2d], compared: Iterable[int]) -> None:
        """`layers` are the classifier's convolutions; `compared` has the channels of each map that is compared."""
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.importance = nn.ParameterList(torch.zeros(channels) for channels in compared)
        self.register_buffer("shift", torch.tensor(SHIFT).view(3, 1, 1))
        self.register_buffer("scale", torch.tensor(SCALE).view(3, 1, 1))
        self.shift: Tensor
        self.scale: Tensor

    def scaled(self, pictures: Tensor) -> Tensor:
        """Return pictures [N, 3, H, W], RGB in [-1, 1], in the range of the classifier's training."""
        return (pictures - self.shift) / self.scale


class Lpips(LpipsNetwork):
    """LPIPS with AlexNet, of which it compares five feature maps."""

    def __init__(self) -> None:
        layers = [
            nn.Conv2d(3, 64, 11, stride=4, padding=2),
            nn.Conv2d(64, 192, 5, padding=2),
            nn.Conv2d(192, 384, 3, padding=1),
            nn.Conv2d(384, 256, 3, padding=1),
            nn.Conv2d(256, 256, 3, padding=1),
        ]
        super().__init__(layers, (layer.out_channels for layer in layers))

    def features(self, pictures: Tensor) -> list[Tensor]:
        """Return the five feature maps [N, C, h, w] of pictures [N, 3, H, W], RGB in [-1, 1].

        At every position a map's channels form a vector of length 1.
        """
        x = self.scaled(pictures)
        maps = []
        for index, layer in enumerate(self.layers):
            if index in (1, 2):
                x = F.max_pool2d(x, 3, stride=2)
            x = F.relu(layer(x))
            maps.append(x * torch.rsqrt(x.square().sum(1, keepdim=True) + 1e-10))
        return maps

    def forward(self, pictures: Tensor, others: Tensor) -> Tensor:
        """Return the LPIPS distances [N] of `pictures` and `others`, both [N, 3, H, W], RGB in [-1, 1]."""
        return feature_distance(self.features(pictures), self.features(others), self.importance)


def feature_distance(maps: Iterable[Tensor], others: Iterable[Tensor], importance: Iterable[Tensor]) -> Tensor:
    """Return LPIPS distances [N] of feature maps, so that those of a photo are computed once for many pictures.

    `importance` has the channel weights [C] of each map.
    """
    triples = zip(maps, others, importance, strict=True)
    return torch.stack([((a - b).square().mean((2, 3)) @ weight) for a, b, weight in triples]).sum(0)


SQUARED = 3.0  # weight of L2 beside LPIPS: both then fall together, where equal weights leave L2 behind
PERCEIVED = 0.8  # weight of LPIPS


@dataclass(frozen=True)
class Target:
    """Photos that pictures are compared with many times, so their LPIPS features are computed once."""

    photos: Tensor
    """[N, 3, H, W], RGB in [-1, 1]."""
    features: Sequence[Tensor]
    """Their feature maps, from `Lpips.features`."""
    lpips: Lpips

    @classmethod
    def of(cls, photos: Tensor, lpips: Lpips) -> "Target":
        """Return photos [N, 3, H, W] with their features."""
        return cls(photos, lpips.features(photos), lpips)

    def __getitem__(self, part: slice) -> "Target":
        """Return some of the photos."""
        return Target(self.photos[part], [maps[part] for maps in self.features], self.lpips)

    def distance(self, pictures: Tensor) -> Tensor:
        """Return how far pictures [N, 3, H, W] are from the photos, [N]: what trainings and refinements bring down."""
        perceived = feature_distance(self.lpips.features(pictures), self.features, self.lpips.importance)
        return SQUARED * (pictures - self.photos).square().mean((1, 2, 3)) + PERCEIVED * perceived


def training_distance(pictures: Tensor, photos: Tensor, lpips: Lpips) -> Tensor:
    """Return `Target.distance` [N] of pictures and photos, both [N, 3, H, W] in [-1, 1]."""
    return Target.of(photos, lpips).distance(pictures)


def distance_coordinates(pictures: Tensor, lpips: Lpips) -> Tensor:
    """Coordinates [N, D] of pictures [N, 3, H, W] in [-1, 1]; their squared distance is `training_distance`."""
    parts = [pictures * (SQUARED / pictures[0].numel()) ** 0.5]
    for maps, importance in zip(lpips.features(pictures), lpips.importance, strict=True):
        parts.append(maps * (PERCEIVED * importance / maps[0, 0].numel()).sqrt()[:, None, None])
    return torch.cat([part.flatten(1) for part in parts], 1)
