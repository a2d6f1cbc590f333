"""HyperInverter's networks: maps of a photo and of its first picture, and from both what to add to the kernels."""

from collections.abc import Iterable, Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from hyperstyle.networks.backbones import FEATURES, Backbone
from hyperstyle.networks.encoders import strided
from hyperstyle.networks.equalized import random
from hyperstyle.networks.generator import Offsets
from hyperstyle.networks.stylegan2 import Design, Kind, LayerShape, layer_shapes

COARSE, MIDDLE = 3, 4
"""How many maps come from the coarsest stage of the trunk, and how many from the one before; the rest are finer."""


class LayerwiseEncoder(nn.Module):
    """Maps of 8x8 pixels for every style, from the three last stages of a trunk; names as in the published files."""

    def __init__(self, trunk: Backbone, n_styles: int) -> None:
        super().__init__()
        self.trunk = trunk
        depths = [1] * COARSE + [2] * MIDDLE + [3] * (n_styles - COARSE - MIDDLE)
        self.styles = nn.ModuleList(strided(FEATURES, [FEATURES] * depth) for depth in depths)
        self.latlayer1 = nn.Conv2d(256, FEATURES, 1)
        self.latlayer2 = nn.Conv2d(128, FEATURES, 1)

    def forward(self, picture: Tensor) -> Tensor:
        """Maps [N, n_styles, 512, 8, 8] of pictures [N, 3, 256, 256], RGB in [-1, 1]."""
        _, fine, middle, coarse = self.trunk.stages(picture)
        middle = enlarged(coarse, middle) + self.latlayer1(middle)
        fine = enlarged(middle, fine) + self.latlayer2(fine)
        stages = [coarse] * COARSE + [middle] * MIDDLE + [fine] * (len(self.styles) - COARSE - MIDDLE)
        return torch.stack([style(maps) for style, maps in zip(self.styles, stages, strict=True)], 1)


def enlarged(maps: Tensor, like: Tensor) -> Tensor:
    """Maps at the size of others, with corner on corner."""
    return F.interpolate(maps, like.shape[-2:], mode="bilinear", align_corners=True)


class KernelHead(nn.Module):
    """What to add to one layer's kernel; names as in the published files."""

    def __init__(self, outputs: int, inputs: int, kernel: int, hidden: int, features: int = FEATURES) -> None:
        super().__init__()
        self.inputs = inputs
        self.kernel = (outputs, inputs, kernel, kernel)
        self.fusion = nn.Sequential(nn.Conv2d(2 * features, features, 1), nn.InstanceNorm2d(features), nn.ReLU())
        convs: list[nn.Module] = [nn.Conv2d(features, 64, 3, padding=1), nn.ReLU()]
        for width in (64, 64, hidden):
            convs += [nn.Conv2d(64, width, 4, stride=2, padding=1), nn.ReLU()]
        self.feature_extractor = nn.Sequential(*convs)
        self.w1 = nn.Parameter(random(hidden, inputs * hidden, std=hidden**-0.5))
        self.b1 = nn.Parameter(torch.zeros(inputs * hidden))
        self.w2 = nn.Parameter(random(hidden, outputs * kernel**2, std=hidden**-0.5))
        self.b2 = nn.Parameter(torch.zeros(outputs * kernel**2))

    def forward(self, of_picture: Tensor, of_photo: Tensor) -> Tensor:
        """[N, out, in, k, k] to add, of two maps [N, features, 8, 8]."""
        codes = self.feature_extractor(self.fusion(torch.cat([of_picture, of_photo], 1))).flatten(1)
        rows = torch.addmm(self.b1, codes, self.w1).view(len(codes), self.inputs, -1)
        # The numbers of one input channel stand together here, and those of one output channel in a kernel. As
        # published, they are read in the order in which they come and not transposed.
        return (rows @ self.w2 + self.b2).view(-1, *self.kernel)


class AddingHyperNetwork(nn.Module):
    """What to add to the kernels of the layers `layers` of a StyleGAN2 for `size` x `size` pictures."""

    def __init__(self, size: int, design: Design, layers: Iterable[int], hidden: int) -> None:
        super().__init__()
        shapes = layer_shapes(size, design)
        self.maps: Mapping[int, int] = {layer: map_of(shapes[layer]) for layer in sorted(layers)}
        self.heads = nn.ModuleDict({str(layer): head_of(shapes[layer], hidden) for layer in self.maps})

    def forward(self, of_picture: Tensor, of_photo: Tensor) -> Offsets:
        """Offsets for a generator that adds them, of two answers [N, n_styles, 512, 8, 8] of the encoder."""
        return {
            layer: self.heads[str(layer)](of_picture[:, place], of_photo[:, place])
            for layer, place in self.maps.items()
        }


def head_of(shape: LayerShape, hidden: int) -> KernelHead:
    """The head of a layer."""
    return KernelHead(shape.outputs, shape.inputs, shape.kernel, hidden)


def map_of(shape: LayerShape) -> int:
    """Which of the maps a layer's head looks at: not quite the number of its style."""
    return shape.style + (shape.kind is not Kind.RGB and shape.size > 4)
