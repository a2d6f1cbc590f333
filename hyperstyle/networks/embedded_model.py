"""The embedded model of faces: MobileStyleGAN, and the encoder, hypernetwork and preview head trained for it."""

import torch
from torch import Tensor

from hyperstyle.networks.feedback_model import FeedbackModel
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

    def preview(
        self,
        codes: Tensor,
        kernels: Kernels,
        layer_inputs: list[Tensor] | None = None,
        nearby: NearbyPreview | None = None,
        first: int = 0,
    ) -> Tensor:
        """Return the previews of `nearby`, or else those of the preview head; see the base class."""
        styles = self.generator.styles(codes)
        features = self.generator.features(styles, kernels, self.head.features, layer_inputs)
        return nearby.pictures(features, first) if nearby else self.head(features, codes)

    def nearby(self, picture: Tensor) -> NearbyPreview:
        """Return linear previews that are fitted to pictures [N, 3, 1024, 1024]."""
        return NearbyPreview(self.view.pool(picture))
