"""HyperStyle's hypernetwork: from a photo and its present reconstruction to changes of the generator's kernels."""

from collections.abc import Iterable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from hyperstyle.networks.backbones import FEATURES, ResNet34
from hyperstyle.networks.encoders import CodeHead, strided
from hyperstyle.networks.equalized import random
from hyperstyle.networks.generator import Offsets
from hyperstyle.networks.stylegan2 import Kind, LayerShape, layer_shapes

SHARING = frozenset({0, 2, 3, 5, 6, 8, 9, 11, 12})
"""The layers with 512 channels on both sides, whose offsets come from one common pair of matrices."""

HALVED = (".shared.w2", ".output.weight")
"""Ends of the names of the matrices that hold most numbers; they may be kept in 16 bits."""


def wide(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """[N, in] times weight [out, in], plus bias [out], for hundreds of megabytes of weights.

    Such a product is as fast as its weights are read. Going through them in pieces that fit the cache is faster than
    one call for several rows of x, and lets weights of 16 bits be widened on the way.
    """
    pieces = zip(weight.split(1024), bias.split(1024), strict=True)
    return torch.cat([F.linear(x, rows.to(x.dtype), numbers) for rows, numbers in pieces], 1)


class SharedHead(nn.Module):
    """The two-layer hypernetwork that turns a layer's code into a full 3x3 offset."""

    def __init__(self) -> None:
        super().__init__()
        self.w1 = nn.Parameter(random(512, 512 * 9, std=1 / 40))
        self.b1 = nn.Parameter(random(512 * 9, std=1 / 40))
        self.w2 = nn.Parameter(random(512, 512 * 512, std=1 / 40))
        self.b2 = nn.Parameter(random(512 * 512, std=1 / 40))

    def forward(self, codes: Tensor) -> Tensor:
        """Offsets [N, 512, 512, 3, 3] of codes [N, 512].

        Ask for all layers at once: `w2` holds 512 MB, and reading it takes longer than the product.
        """
        rows = wide(codes, self.w2.T, self.b2).view(-1, 512)
        return torch.addmm(self.b1, rows, self.w1).view(-1, 512, 512, 3, 3)


class PairHead(nn.Module):
    """A layer's offset with one value for every pair of channels, the same all over the kernel."""

    def __init__(self, shape: LayerShape) -> None:
        super().__init__()
        self.shape = shape
        self.convs = strided(FEATURES, [256, 256, 512] if shape.kernel == 3 else [256, 256, 256, 512])
        self.output = nn.Linear(512, shape.outputs * shape.inputs)

    def forward(self, maps: Tensor) -> Tensor:
        """Offsets [N, out, in, 1, 1] of maps [N, 512, 16, 16]."""
        pairs = wide(self.convs(maps).mean((2, 3)), self.output.weight, self.output.bias)
        return pairs.view(-1, self.shape.outputs, self.shape.inputs, 1, 1)


class SeparableOutput(nn.Module):
    """A full offset as a product of two vectors at each place of the kernel, each side mixed once more."""

    def __init__(self, shape: LayerShape) -> None:
        super().__init__()
        self.shape = shape
        places = shape.kernel**2
        self.make_kernel_in = nn.Linear(512, places * shape.inputs)
        self.make_kernel_out = nn.Linear(512, places * shape.outputs)
        self.kernel_linear_in = nn.Linear(shape.inputs, shape.inputs)
        self.kernel_linear_out = nn.Linear(shape.outputs, shape.outputs)

    def forward(self, codes: Tensor) -> Tensor:
        """Offsets [N, out, in, k, k] of codes [N, 512].

        Published as: the product out x in, then a linear layer along `in`, then one along `out`. Both are linear,
        so they are applied to the vectors, and only what their biases leave behind is added to the product.
        """
        k = self.shape.kernel
        ins = self.make_kernel_in(codes).view(-1, k, k, self.shape.inputs)
        outs = self.make_kernel_out(codes).view(-1, k, k, self.shape.outputs)
        mix_in, mix_out = self.kernel_linear_in, self.kernel_linear_out
        product = torch.einsum("nyxo,nyxi->noiyx", F.linear(outs, mix_out.weight), F.linear(ins, mix_in.weight))
        rest = torch.outer(mix_out.weight.sum(1), mix_in.bias) + mix_out.bias[:, None]
        return product + rest[:, :, None, None]


class SeparableHead(nn.Module):
    """A layer's offset in separable form."""

    def __init__(self, shape: LayerShape) -> None:
        super().__init__()
        self.convs = strided(FEATURES, [256, 256, 256, 512])
        self.output = SeparableOutput(shape)

    def forward(self, maps: Tensor) -> Tensor:
        """Offsets [N, out, in, k, k] of maps [N, 512, 16, 16]."""
        return self.output(self.convs(maps).flatten(1))


class HyperNetwork(nn.Module):
    """The changes of the layers `layers` of a StyleGAN2 for `size` x `size` pictures."""

    def __init__(self, size: int, layers: Iterable[int], separable: bool = False) -> None:
        super().__init__()
        self.trunk = ResNet34(6)
        shapes = layer_shapes(size)
        self.layers = sorted(layers)
        self.heads = nn.ModuleDict({str(i): head(i, shapes[i], separable) for i in self.layers})
        if any(i in SHARING for i in self.layers):
            self.shared = SharedHead()

    def forward(self, photo: Tensor, picture: Tensor) -> Offsets:
        """Offsets, one for each of the N pictures, of two [N, 3, 256, 256] in [-1, 1]."""
        maps = self.trunk(torch.cat([photo, picture], 1))
        answers: dict[int, Tensor] = {i: self.heads[str(i)](maps) for i in self.layers}
        sharing = [i for i in self.layers if i in SHARING]
        if sharing:
            codes = torch.cat([answers[i] for i in sharing])
            offsets = self.shared(codes).chunk(len(sharing))
            answers |= dict(zip(sharing, offsets, strict=True))
        return answers


def head(layer: int, shape: LayerShape, separable: bool) -> nn.Module:
    """The head of one layer; toRGB layers have no separable one."""
    if layer in SHARING:
        return CodeHead([128, 128, 128, 128, 512], first_stride=1)
    if separable and shape.kind is not Kind.RGB:
        return SeparableHead(shape)
    return PairHead(shape)
