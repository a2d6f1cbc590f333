"""HyperInverter's networks: feature maps of a photo and of its first picture, and a hypernetwork that sees both."""

from collections.abc import Iterable, Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from hyperstyle.networks.backbones import FEATURES, Backbone
from hyperstyle.networks.encoders import strided_convs
from hyperstyle.networks.equalized import random_weights
from hyperstyle.networks.generator import Offsets
from hyperstyle.networks.stylegan2 import Design, Kind, LayerShape, layer_shapes

COARSE, MIDDLE = 3, 4
"""Number of styles whose maps come from the backbone's last stage, and from the one before; the rest use finer maps."""


class LayerwiseEncoder(nn.Module):
    """Picture -> feature maps of 8x8 pixels for every style, from a backbone's last three stages.

    Modules are named as in the published files.
    """

    def __init__(self, trunk: Backbone, n_styles: int) -> None:
        super().__init__()
        self.trunk = trunk
        depths = [1] * COARSE + [2] * MIDDLE + [3] * (n_styles - COARSE - MIDDLE)
        self.styles = nn.ModuleList(strided_convs(FEATURES, [FEATURES] * depth) for depth in depths)
        self.latlayer1 = nn.Conv2d(256, FEATURES, 1)
        self.latlayer2 = nn.Conv2d(128, FEATURES, 1)

    def forward(self, picture: Tensor) -> Tensor:
        """Return feature maps [N, n_styles, 512, 8, 8] of pictures [N, 3, 256, 256], RGB in [-1, 1]."""
        _, fine, middle, coarse = self.trunk.stages(picture)
        middle = upsample_like(coarse, middle) + self.latlayer1(middle)
        fine = upsample_like(middle, fine) + self.latlayer2(fine)
        stages = [coarse] * COARSE + [middle] * MIDDLE + [fine] * (len(self.styles) - COARSE - MIDDLE)
        return torch.stack([style(maps) for style, maps in zip(self.styles, stages, strict=True)], 1)


def upsample_like(maps: Tensor, like: Tensor) -> Tensor:
    """Return maps [N, C, h, w] upsampled to the height and width of `like`, bilinearly, with corners aligned."""
    return F.interpolate(maps, like.shape[-2:], mode="bilinear", align_corners=True)


class KernelHead(nn.Module):
    """Feature maps of picture and photo -> weight offset of one layer; modules are named as in the published files."""

    def __init__(self, outputs: int, inputs: int, kernel: int, hidden: int, features: int = FEATURES) -> None:
        super().__init__()
        self.inputs = inputs
        self.kernel = (outputs, inputs, kernel, kernel)
        self.fusion = nn.Sequential(nn.Conv2d(2 * features, features, 1), nn.InstanceNorm2d(features), nn.ReLU())
        convs: list[nn.Module] = [nn.Conv2d(features, 64, 3, padding=1), nn.ReLU()]
        for width in (64, 64, hidden):
            convs += [nn.Conv2d(64, width, 4, stride=2, padding=1), nn.ReLU()]
        self.feature_extractor = nn.Sequential(*convs)
        self.w1 = nn.Parameter(random_weights(hidden, inputs * hidden, std=hidden**-0.5))
        self.b1 = nn.Parameter(torch.zeros(inputs * hidden))
        self.w2 = nn.Parameter(random_weights(hidden, outputs * kernel**2, std=hidden**-0.5))
        self.b2 = nn.Parameter(torch.zeros(outputs * kernel**2))

    def forward(self, picture_maps: Tensor, photo_maps: Tensor) -> Tensor:
        """Return offsets [N, out, in, k, k] of feature maps [N, features, 8, 8] of picture and photo."""
        codes = self.feature_extractor(self.fusion(torch.cat([picture_maps, photo_maps], 1))).flatten(1)
        rows = torch.addmm(self.b1, codes, self.w1).view(len(codes), self.inputs, -1)
        # The product is ordered [in, out * k * k]; the published code views it as [out, in, k, k] without transposing.
        return (rows @ self.w2 + self.b2).view(-1, *self.kernel)


class AdditiveHyperNetwork(nn.Module):
    """Feature maps of picture and photo -> offsets to add to the kernels `layers` of a `size` x `size` StyleGAN2."""

    def __init__(self, size: int, design: Design, layers: Iterable[int], hidden: int) -> None:
        super().__init__()
        shapes = layer_shapes(size, design)
        self.map_indices: Mapping[int, int] = {layer: map_index(shapes[layer]) for layer in sorted(layers)}
        self.heads = nn.ModuleDict({str(layer): build_head(shapes[layer], hidden) for layer in self.map_indices})

    def forward(self, picture_maps: Tensor, photo_maps: Tensor) -> Offsets:
        """Return offsets, to be added, of a `LayerwiseEncoder`'s maps [N, n_styles, 512, 8, 8] of both pictures."""
        return {
            layer: self.heads[str(layer)](picture_maps[:, index], photo_maps[:, index])
            for layer, index in self.map_indices.items()
        }


def build_head(shape: LayerShape, hidden: int) -> KernelHead:
    """Return the head of a layer, `hidden` wide."""
    return KernelHead(shape.outputs, shape.inputs, shape.kernel, hidden)


def map_index(shape: LayerShape) -> int:
    """Return the index, among the encoder's n_styles maps, of the one that a layer's head sees."""
    return shape.style + (shape.kind is not Kind.RGB and shape.size > 4)
