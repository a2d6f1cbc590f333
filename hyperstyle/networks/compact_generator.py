"""A generator of 256-pixel pictures: MobileStyleGAN's blocks up to 128 pixels, with a toRGB head for three sizes."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from hyperstyle.networks.generator import Kernels, Styles
from hyperstyle.networks.mobile_stylegan import BLOCKS, MobileTrunk
from hyperstyle.networks.preview_head import PreviewHead

SIZES = (64, 128, 256)
"""Sides of the pictures that the heads render, each from the features of half that side."""


class CompactGenerator(MobileTrunk):
    """Sums the pictures of three heads, like StyleGAN2's skip connections, so that training can grow in resolution.

    Layers are those of the trunk; the styles of the heads follow the trunk's.
    """

    size = SIZES[-1]
    n_styles = 1 + 2 * sum(2 * block.size <= SIZES[-1] for block in BLOCKS) + 1

    def __init__(self) -> None:
        super().__init__(tuple(block for block in BLOCKS if 2 * block.size <= self.size))
        self.heads = nn.ModuleList(PreviewHead(size, depth=1) for size in SIZES)
        for head in self.heads:
            assert isinstance(head, PreviewHead)
            nn.init.zeros_(head.picture.weight)  # an untrained head leaves the picture of the heads before it as it is
            assert head.picture.bias is not None
            nn.init.zeros_(head.picture.bias)

    def modulations(self) -> list[tuple[nn.Linear, int]]:
        """Return every modulation layer, the heads' last, with the index of its code in a W+ code."""
        own = [(head.modulation, self.n_styles - 1) for head in self.heads if isinstance(head, PreviewHead)]
        return [*super().modulations(), *own]

    def synthesize(self, styles: Styles, kernels: Kernels) -> Tensor:
        """Return pictures [N, 3, 256, 256], RGB, about [-1, 1] and not clamped, with the stored noise."""
        return self.picture(styles, kernels, self.size)

    def picture(self, styles: Styles, kernels: Kernels, size: int, layer_inputs: list[Tensor] | None = None) -> Tensor:
        """Return the pictures [N, 3, size, size] of the heads up to `size`, one of `SIZES`.

        If `layer_inputs` is given, append the inputs of layers 1, 2, ... to it, as `feature_pyramid` does.
        """
        picture = torch.zeros(())
        heads = iter(zip(self.heads, styles[-len(SIZES) :], strict=True))
        for features in self.feature_pyramid(styles, kernels, size // 2, layer_inputs):
            if 2 * features.shape[-1] not in SIZES:
                continue
            head, style = next(heads)
            assert isinstance(head, PreviewHead)
            own = head.render(features, style)
            picture = own if picture.ndim == 0 else F.interpolate(picture, scale_factor=2, mode="bilinear") + own
        return picture
