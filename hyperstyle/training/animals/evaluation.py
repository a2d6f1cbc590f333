"""The Frechet distance between two sets of pictures, in features of MobileNetV2."""

from dataclasses import dataclass

import torch
from torch import Tensor

from hyperstyle.training.animals.codes import matrix_power
from hyperstyle.training.animals.features import POOLED, FeatureNetwork

BATCH = 32


@dataclass(frozen=True)
class FeatureStatistics:
    """Mean [C] and covariance [C, C] of the pooled features of a set of pictures."""

    mean: Tensor
    covariance: Tensor

    @classmethod
    @torch.inference_mode()
    def of(cls, pictures: Tensor, network: FeatureNetwork) -> "FeatureStatistics":
        """Compute the statistics of pictures [N, 3, S, S], clamped to [-1, 1]."""
        features = torch.cat([network.pooled(part.clamp(-1, 1)) for part in pictures.split(BATCH)]).double()
        assert features.shape[1] == POOLED
        return cls(features.mean(0), torch.cov(features.T))

    def distance(self, other: "FeatureStatistics") -> float:
        """Return |m1 - m2|^2 + tr(C1 + C2 - 2 (C1^(1/2) C2 C1^(1/2))^(1/2)) (Heusel et al., 2017)."""
        half = matrix_power(self.covariance, 0.5).double()
        shared = torch.linalg.eigvalsh(half @ other.covariance @ half).clamp_min(0).sqrt().sum()
        apart = (self.mean - other.mean).square().sum()
        return float(apart + self.covariance.trace() + other.covariance.trace() - 2 * shared)
