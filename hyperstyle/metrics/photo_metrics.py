"""How like a photo a picture is: the figures of the papers, at the size at which the networks see photos."""

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
    """Of one picture against its photo."""

    l2: float
    """Mean squared difference of pixels in [-1, 1]; 0 is the same picture."""
    lpips: float
    """Perceptual distance by AlexNet; 0 is the same picture."""
    ms_ssim: float
    """Multi-scale structural similarity; 1 is the same picture."""
    identity: float | None
    """Distance of dlib's face descriptors, below 0.6 the same person; None where either has no face to be found."""


class PhotoMetrics:
    """Metrics of pictures against the same photos; what has to be known of the photos is computed once."""

    def __init__(self, lpips: Lpips, identity: FaceIdentity | None, photos: Tensor) -> None:
        self._lpips = lpips
        self._identity = identity
        self._photos = photos.float()
        self._features = lpips.features(self._photos)
        self._descriptors = self._describe(self._photos)

    @torch.no_grad()
    def __call__(self, pictures: Tensor) -> list[Metrics]:
        """Metrics of pictures [N, 3, H, W] in [-1, 1], one for each photo; larger pictures are pooled to their size.

        Values beyond [-1, 1] are cut off first, as every file and screen does.
        """
        height, width = self._photos.shape[-2:]
        seen = F.adaptive_avg_pool2d(pictures.float().clamp(-1, 1), (height, width))
        l2 = (seen - self._photos).square().mean((1, 2, 3))
        lpips = feature_distance(self._lpips.features(seen), self._features, self._lpips.importance)
        # Structure is defined on light, which is never negative.
        similarity = ms_ssim((seen + 1) / 2, (self._photos + 1) / 2, data_range=1.0, size_average=False)
        described = zip(self._describe(seen), self._descriptors, strict=True)
        identity = [
            None if one is None or other is None else float(np.linalg.norm(one - other)) for one, other in described
        ]
        return list(map(Metrics, l2.tolist(), lpips.tolist(), similarity.tolist(), identity))

    def _describe(self, pictures: Tensor) -> list[NDArray[np.float64] | None]:
        return [self._identity.describe(to_pixels(picture)) if self._identity else None for picture in pictures]


class MetricsEvaluator:
    """The networks that figures take, loaded once; it keeps nothing of any photo."""

    def __init__(self, lpips: Lpips, identity: FaceIdentity | None) -> None:
        self.lpips = lpips
        self._identity = identity

    @torch.no_grad()
    def against(self, photos: Tensor) -> PhotoMetrics:
        """What measures pictures against photos [N, 3, H, W], RGB in [-1, 1], both sides over 160 pixels."""
        return PhotoMetrics(self.lpips, self._identity, photos)
