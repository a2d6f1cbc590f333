"""L2, LPIPS, MS-SSIM and identity of pictures against photos, at the size of the networks' input, as in the papers."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from pytorch_msssim import ms_ssim
from torch import Tensor
from torch.nn import functional as F

from hyperstyle.metrics.identity import FaceIdentity
from hyperstyle.networks.lpips import Lpips, feature_distance
from hyperstyle.photo.tensors import to_pixels


@dataclass(frozen=True)
class Metrics:
    """Metrics of one picture against its photo."""

    l2: float
    """Mean squared difference of pixels in [-1, 1]; 0 for equal pictures."""
    lpips: float
    """LPIPS distance with AlexNet; 0 for equal pictures."""
    ms_ssim: float
    """Multi-scale structural similarity; 1 for equal pictures."""
    identity: float | None
    """Euclidean distance of dlib's face descriptors, below 0.6 for one person; None where a face is not found."""


class PhotoMetrics:
    """Computes metrics against a batch of photos, whose LPIPS features and face descriptors are computed once."""

    def __init__(self, lpips: Lpips, identity: FaceIdentity | None, photos: Tensor) -> None:
        self._lpips = lpips
        self._identity = identity
        self._photos = photos.float()
        self._features = lpips.features(self._photos)
        self._descriptors = self._describe(self._photos)

    @torch.no_grad()
    def __call__(self, pictures: Tensor) -> list[Metrics]:
        """Return the metrics of pictures [N, 3, H, W], RGB in [-1, 1], one for each of the N photos.

        Values are clamped to [-1, 1], and larger pictures are average-pooled to the photos' size.
        """
        height, width = self._photos.shape[-2:]
        pooled = F.adaptive_avg_pool2d(pictures.float().clamp(-1, 1), (height, width))
        l2 = (pooled - self._photos).square().mean((1, 2, 3))
        lpips = feature_distance(self._lpips.features(pooled), self._features, self._lpips.importance)
        # MS-SSIM is defined for non-negative values.
        similarity = ms_ssim((pooled + 1) / 2, (self._photos + 1) / 2, data_range=1.0, size_average=False)
        descriptors = zip(self._describe(pooled), self._descriptors, strict=True)
        identity = [
            None if one is None or other is None else float(np.linalg.norm(one - other)) for one, other in descriptors
        ]
        return list(map(Metrics, l2.tolist(), lpips.tolist(), similarity.tolist(), identity))

    def _describe(self, pictures: Tensor) -> list[NDArray[np.float64] | None]:
        return [self._identity.describe(to_pixels(picture)) if self._identity else None for picture in pictures]


class MetricsEvaluator:
    """Holds the networks that the metrics need; it keeps no photos."""

    def __init__(self, lpips: Lpips, identity: FaceIdentity | None) -> None:
        self.lpips = lpips
        self._identity = identity

    @torch.no_grad()
    def against(self, photos: Tensor) -> PhotoMetrics:
        """Return the metrics' function for photos [N, 3, H, W], RGB in [-1, 1], whose sides are over 160 pixels."""
        return PhotoMetrics(self.lpips, self._identity, photos)
