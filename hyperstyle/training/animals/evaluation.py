"""The Frechet distance between two sets of pictures, in the pooled features of a network."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from hyperstyle.metrics.lpips_vgg import LpipsVgg
from hyperstyle.networks.code_transform import matrix_power
from hyperstyle.networks.compact_generator import CompactGenerator
from hyperstyle.networks.mobile_stylegan import CODE
from hyperstyle.training.animals.auto_decoder import AnimalTraining
from hyperstyle.training.core.generated_pictures import Renderer

Pooled = Callable[[Tensor], Tensor]
"""Returns the features [N, C] of pictures [N, 3, S, S] in [-1, 1]."""
BATCH = 32


@dataclass(frozen=True)
class FeatureStatistics:
    """Mean [C] and covariance [C, C] of the pooled features of a set of pictures."""

    mean: Tensor
    covariance: Tensor

    @classmethod
    @torch.inference_mode()
    def of(cls, pictures: Tensor, pooled: Pooled) -> "FeatureStatistics":
        """Compute the statistics of pictures [N, 3, S, S], clamped to [-1, 1]."""
        features = torch.cat([pooled(part.clamp(-1, 1)) for part in pictures.split(BATCH)]).double()
        return cls(features.mean(0), torch.cov(features.T))

    def distance(self, other: "FeatureStatistics") -> float:
        """Return |m1 - m2|^2 + tr(C1 + C2 - 2 (C1^(1/2) C2 C1^(1/2))^(1/2)) (Heusel et al., 2017)."""
        half = matrix_power(self.covariance, 0.5).double()
        shared = torch.linalg.eigvalsh(half @ other.covariance @ half).clamp_min(0).sqrt().sum()
        apart = (self.mean - other.mean).square().sum()
        return float(apart + self.covariance.trace() + other.covariance.trace() - 2 * shared)


def vgg_features(vgg: LpipsVgg) -> Pooled:
    """Return what pools VGG-16's last feature maps: 512 features, of which no training of animals knows."""
    return lambda pictures: vgg.features(pictures)[-1].mean((2, 3))


def distances(
    training: AnimalTraining, faces: Renderer, networks: Mapping[str, Pooled], size: int, count: int
) -> Iterator[str]:
    """Yield lines with the distances to the photos, at `size` pixels, by each network.

    They are those of `count` generated faces, which `faces` draws, of as many generated animals, and of two halves of
    the photos to each other.
    """
    photos = training.pictures.batch(torch.arange(0, len(training.pictures), 2), size)
    with torch.inference_mode():
        codes = training.mapping(torch.randn(count, CODE, generator=torch.Generator().manual_seed(0)))
        people = torch.stack([F.adaptive_avg_pool2d(faces(code[None]), size) for code in codes])
    animals = F.adaptive_avg_pool2d(training.samples(CompactGenerator.size, count), size)
    for name, pooled in networks.items():
        halves = [FeatureStatistics.of(photos[side::2], pooled) for side in (0, 1)]
        own = FeatureStatistics.of(photos, pooled)
        apart = [FeatureStatistics.of(pictures, pooled).distance(own) for pictures in (people, animals)]
        yield f"{name}: faces {apart[0]:.4g}, animals {apart[1]:.4g}, halves {halves[0].distance(halves[1]):.4g}"
