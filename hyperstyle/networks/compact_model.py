"""The embedded model of other kinds of pictures: a compact generator, and the encoder and feedback for it."""

from torch import Tensor

from hyperstyle.networks.compact_generator import CompactGenerator
from hyperstyle.networks.feedback_model import FeedbackModel
from hyperstyle.networks.generator import Kernels
from hyperstyle.networks.linear_preview import NearbyPreview

LAYERS = tuple(range(3, 11))
"""Layers that refinements change; without those of 8 pixels, pictures come as close in a tenth less time."""


class CompactModel(FeedbackModel):
    """Its pictures have 256 pixels and are quick, so that they are their own previews.

    An inversion is to take two seconds on two CPU cores: with twelve corrections and two passes it takes five, and
    comes a quarter nearer.
    """

    generator: CompactGenerator
    corrections = 3
    passes = 1

    def preview_features(self, codes: Tensor, kernels: Kernels, layer_inputs: list[Tensor] | None = None) -> Tensor:
        """Return pictures [N, 3, 256, 256]: previews show them as they are; see the base class."""
        return self.generator.picture(self.generator.styles(codes), kernels, self.generator.size, layer_inputs)

    def preview_of(
        self,
        features: Tensor,
        codes: Tensor,  # noqa: ARG002
        nearby: NearbyPreview | None = None,  # noqa: ARG002
        first: int = 0,  # noqa: ARG002
    ) -> Tensor:
        """Return the pictures [N, 3, 256, 256] of `preview_features`."""
        return features

    def usual_features(self, codes: Tensor) -> None:  # noqa: ARG002
        """Return None: previews are exact."""
        return

    def nearby(self, picture: Tensor) -> None:  # noqa: ARG002
        """Return None: previews are exact."""
        return
