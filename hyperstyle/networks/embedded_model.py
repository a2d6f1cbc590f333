"""The embedded model of faces: MobileStyleGAN, and the encoder, hypernetwork and preview head trained for it."""

import torch
from torch import Tensor

from hyperstyle.networks.feature_range import FeatureRange
from hyperstyle.networks.feedback_model import FeedbackModel, chunks
from hyperstyle.networks.generator import Kernels
from hyperstyle.networks.linear_preview import NearbyPreview
from hyperstyle.networks.lpips import Lpips
from hyperstyle.networks.mobile_stylegan import MappingNetwork, MobileGenerator
from hyperstyle.networks.preview_head import PreviewHead
from hyperstyle.networks.refiner import Refiner
from hyperstyle.networks.small_encoder import SmallEncoder


class EmbeddedModel(FeedbackModel):
    """The last blocks take most of a picture's time, so a head previews pictures at 256 pixels."""

    generator: MobileGenerator
    mapping: MappingNetwork
    hypernetwork: Refiner

    def __init__(
        self,
        generator: MobileGenerator,
        head: PreviewHead,
        w_encoder: SmallEncoder,
        hypernetwork: Refiner,
        lpips: Lpips,
    ) -> None:
        super().__init__(generator, w_encoder, hypernetwork, lpips)
        self.head = head

    def compute_in(self, dtype: torch.dtype) -> None:
        """Compute the feature maps of generator and preview in `dtype`."""
        super().compute_in(dtype)
        self.head.to(dtype)

    def preview_features(self, codes: Tensor, kernels: Kernels, layer_inputs: list[Tensor] | None = None) -> Tensor:
        """Return the feature maps [N, 256, 128, 128] before the last two blocks; see the base class."""
        return self.generator.features(self.generator.styles(codes), kernels, self.head.features, layer_inputs)

    def preview_of(
        self, features: Tensor, codes: Tensor, nearby: NearbyPreview | None = None, first: int = 0
    ) -> Tensor:
        """Return the previews of `nearby`, or else those of the preview head; see the base class."""
        return nearby.pictures(features, first) if nearby else self.head(features, codes)

    @torch.no_grad()
    def usual_features(self, codes: Tensor) -> FeatureRange:
        """Return the range of features for which the last two blocks were trained: that of the codes' own pictures."""
        kernels = self.generator.kernels()
        parts = [self.preview_features(codes[part], kernels) for part in chunks(len(codes), codes.device)]
        return FeatureRange.of(torch.cat(parts))

    def nearby(self, picture: Tensor) -> NearbyPreview:
        """Return linear previews that are fitted to pictures [N, 3, 1024, 1024]."""
        return NearbyPreview(self.view.pool(picture))
