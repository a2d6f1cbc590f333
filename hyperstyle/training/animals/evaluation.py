"""The Frechet distance between two sets of pictures, in the pooled features of a network."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from hyperstyle.networks.code_transform import matrix_power

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
