"""HyperInverter's networks (Dinh et al., 2022), sized for the embedded generator: narrower, with smaller inputs.

An encoder makes a feature map per tuned layer of the photo, and one of the first picture. A head maps the two feature
maps of a layer to an offset that is added to its kernel.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from hyperstyle.networks.encoders import strided_convs
from hyperstyle.networks.generator import Kernels, Offsets
from hyperstyle.networks.hyperinverter import COARSE, MIDDLE, KernelHead, upsample_like
from hyperstyle.networks.small_encoder import SIDE, WIDTHS, trunk

STEM, STAGE = 3, 2  # modules of a small backbone before its first stage, and in each stage


@dataclass(frozen=True)
class Widths:
    """Sizes of the networks."""

    trunk: tuple[int, ...] = WIDTHS
    """Channels of the backbone's stages."""
    features: int = 128
    """Channels of a layer's feature map."""
    hidden: int = 32
    """Hidden size of the heads."""


class SmallLayerwiseEncoder(nn.Module):
    """Feature pyramid on the last three stages of a small backbone: an 8x8 feature map per layer."""

    def __init__(self, layers: Iterable[int], widths: Widths) -> None:
        super().__init__()
        self.trunk = trunk(3, widths.trunk)
        self.lateral = nn.ModuleList(nn.Conv2d(width, widths.features, 1) for width in widths.trunk[1:])
        self.stages = {layer: stage_of(layer) for layer in layers}
        self.maps = nn.ModuleDict(
            {
                str(layer): strided_convs(widths.features, [widths.features] * (3 - stage), first_stride=1)
                for layer, stage in self.stages.items()
            }
        )

    def forward(self, picture: Tensor) -> dict[int, Tensor]:
        """Return layer -> feature map [N, features, 8, 8] of pictures [N, 3, S, S] of any size, RGB in [-1, 1]."""
        x = F.interpolate(picture, (SIDE, SIDE), mode="bilinear", antialias=True)
        ends = []
        for index, module in enumerate(self.trunk):
            x = module(x)
            if index >= STEM and (index - STEM) % STAGE == STAGE - 1:
                ends.append(x)
        fine, middle, coarse = (lateral(end) for lateral, end in zip(self.lateral, ends[1:], strict=True))
        middle = upsample_like(coarse, middle) + middle
        stages = (upsample_like(middle, fine) + fine, middle, coarse)
        return {layer: self.maps[str(layer)](stages[stage]) for layer, stage in self.stages.items()}


def stage_of(layer: int) -> int:
    """Return the stage that a layer's feature map comes from: 0 fine, 1 middle, 2 coarse."""
    return (layer < COARSE) + (layer < COARSE + MIDDLE)


class SmallHyperInverter(nn.Module):
    """Hypernetwork: photo and first picture -> offsets that are added to the kernels of some layers."""

    def __init__(self, kernels: Kernels, layers: Iterable[int], widths: Widths | None = None) -> None:
        super().__init__()
        widths = widths or Widths()
        self.layers = sorted(layers)
        self.encoder = SmallLayerwiseEncoder(self.layers, widths)
        self.heads = nn.ModuleDict()
        for layer in self.layers:
            outputs, inputs, kernel, _ = kernels[layer].shape
            head = KernelHead(outputs, inputs, kernel, widths.hidden, widths.features)
            nn.init.zeros_(head.w2)  # training starts from the generator as it is
            self.heads[str(layer)] = head
        # Standard deviations of the kernels: heads predict offsets in these units.
        self.register_buffer("spreads", torch.stack([kernels[layer].detach().float().std() for layer in self.layers]))
        self.spreads: Tensor

    def forward(self, photo: Tensor, picture: Tensor) -> Offsets:
        """Predict offsets [N, out, in, k, k] per layer from photos and pictures [N, 3, S, S], RGB in [-1, 1]."""
        of_photo, of_picture = self.encoder(photo), self.encoder(picture)
        return {
            layer: spread * self.heads[str(layer)](of_picture[layer], of_photo[layer])
            for layer, spread in zip(self.layers, self.spreads, strict=True)
        }
