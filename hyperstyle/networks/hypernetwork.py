"""HyperStyle's hypernetwork: photo and present reconstruction -> weight offsets of the generator."""

from collections.abc import Iterable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from hyperstyle.device import full_precision
from hyperstyle.networks.backbones import FEATURES, ResNet34
from hyperstyle.networks.encoders import CodeHead, strided_convs
from hyperstyle.networks.equalized import random_weights
from hyperstyle.networks.generator import Offsets
from hyperstyle.networks.stylegan2 import CONFIG_F, Design, Kind, LayerShape, layer_shapes

SHARED_LAYERS = frozenset({0, 2, 3, 5, 6, 8, 9, 11, 12})
"""Layers with 512 input and 512 output channels, whose offsets come from one shared hypernetwork (`SharedHead`)."""

FLOAT16_WEIGHTS = (".shared.w2", ".output.weight")
"""Suffixes of the names of the largest weights, which may be kept in 16 bits."""


def chunked_linear(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Return x [N, in] @ weight [out, in].T + bias [out], for hundreds of megabytes of weights.

    Reading the weights takes longer than the product, so it is computed in 32 bits. Chunks that fit the cache are
    faster than one call when N > 1, and let weights of 16 bits be converted on the way.
    """
    chunks = zip(weight.split(1024), bias.split(1024), strict=True)
    with full_precision(x.device):
        return torch.cat([F.linear(x.float(), rows.float(), biases) for rows, biases in chunks], 1)


class SharedHead(nn.Module):
    """The two-layer hypernetwork, shared by `SHARED_LAYERS`, that turns a layer's code into a full 3x3 offset."""

    def __init__(self) -> None:
        super().__init__()
        self.w1 = nn.Parameter(random_weights(512, 512 * 9, std=1 / 40))
        self.b1 = nn.Parameter(random_weights(512 * 9, std=1 / 40))
        self.w2 = nn.Parameter(random_weights(512, 512 * 512, std=1 / 40))
        self.b2 = nn.Parameter(random_weights(512 * 512, std=1 / 40))

    def forward(self, codes: Tensor) -> Tensor:
        """Return offsets [N, 512, 512, 3, 3] of codes [N, 512].

        Pass the codes of all layers at once: `w2` has 512 MB, and reading it takes longer than the product.
        """
        rows = chunked_linear(codes, self.w2.T, self.b2).view(-1, 512)
        return torch.addmm(self.b1, rows, self.w1).float().view(-1, 512, 512, 3, 3)


class PairHead(nn.Module):
    """Feature maps -> a layer's offset with one value per pair of input and output channel, the same for all k x k."""

    def __init__(self, shape: LayerShape) -> None:
        super().__init__()
        self.shape = shape
        self.convs = strided_convs(FEATURES, [256, 256, 512] if shape.kernel == 3 else [256, 256, 256, 512])
        self.output = nn.Linear(512, shape.outputs * shape.inputs)

    def forward(self, maps: Tensor) -> Tensor:
        """Return offsets [N, out, in, 1, 1] of feature maps [N, 512, 16, 16]."""
        pairs = chunked_linear(self.convs(maps).mean((2, 3)), self.output.weight, self.output.bias)
        return pairs.view(-1, self.shape.outputs, self.shape.inputs, 1, 1)


class SeparableOutput(nn.Module):
    """Code -> full offset: at each of the k x k kernel positions an outer product of an output and an input vector.

    Modules are named as in the published files.
    """

    def __init__(self, shape: LayerShape) -> None:
        super().__init__()
        self.shape = shape
        positions = shape.kernel**2
        self.make_kernel_in = nn.Linear(512, positions * shape.inputs)
        self.make_kernel_out = nn.Linear(512, positions * shape.outputs)
        self.kernel_linear_in = nn.Linear(shape.inputs, shape.inputs)
        self.kernel_linear_out = nn.Linear(shape.outputs, shape.outputs)

    def forward(self, codes: Tensor) -> Tensor:
        """Return offsets [N, out, in, k, k] of codes [N, 512].

        The published code takes the outer product [out, in], then applies a linear layer along `in` and one along
        `out`. Here the layers' weights are applied to the vectors before the product, which is the same and cheaper;
        what their biases contribute is added afterwards.
        """
        k = self.shape.kernel
        ins = self.make_kernel_in(codes).view(-1, k, k, self.shape.inputs)
        outs = self.make_kernel_out(codes).view(-1, k, k, self.shape.outputs)
        mix_in, mix_out = self.kernel_linear_in, self.kernel_linear_out
        product = torch.einsum("nyxo,nyxi->noiyx", F.linear(outs, mix_out.weight), F.linear(ins, mix_in.weight))
        from_biases = torch.outer(mix_out.weight.sum(1), mix_in.bias) + mix_out.bias[:, None]
        return product + from_biases[:, :, None, None]


class SeparableHead(nn.Module):
    """Feature maps -> a layer's offset in separable form."""

    def __init__(self, shape: LayerShape) -> None:
        super().__init__()
        self.convs = strided_convs(FEATURES, [256, 256, 256, 512])
        self.output = SeparableOutput(shape)

    def forward(self, maps: Tensor) -> Tensor:
        """Return offsets [N, out, in, k, k] of feature maps [N, 512, 16, 16]."""
        return self.output(self.convs(maps).flatten(1))


class HyperNetwork(nn.Module):
    """Photo and picture -> weight offsets of `layers` of a StyleGAN2 for `size` x `size` pictures."""

    def __init__(self, size: int, layers: Iterable[int], separable: bool = False, design: Design = CONFIG_F) -> None:
        super().__init__()
        self.trunk = ResNet34(6)
        shapes = layer_shapes(size, design)
        self.layers = sorted(layers)
        self.heads = nn.ModuleDict({str(i): build_head(i, shapes[i], separable) for i in self.layers})
        if any(i in SHARED_LAYERS for i in self.layers):
            self.shared = SharedHead()

    def forward(self, photo: Tensor, picture: Tensor) -> Offsets:
        """Return offsets, one for each of the N pictures; both inputs are [N, 3, 256, 256], RGB in [-1, 1]."""
        pictures = torch.cat([photo, picture], 1)
        # Convolutions in bfloat16 take half the time in this layout.
        maps = self.trunk(pictures.contiguous(memory_format=torch.channels_last))
        outputs: dict[int, Tensor] = {i: self.heads[str(i)](maps).float() for i in self.layers}
        shared_layers = [i for i in self.layers if i in SHARED_LAYERS]
        if shared_layers:
            codes = torch.cat([outputs[i] for i in shared_layers])
            offsets = self.shared(codes).chunk(len(shared_layers))
            outputs |= dict(zip(shared_layers, offsets, strict=True))
        return outputs


def build_head(layer: int, shape: LayerShape, separable: bool) -> nn.Module:
    """Return the head of one layer: for shared layers one that predicts a code, for the others one for their offset.

    If `separable`, offsets other than toRGB's are separable.
    """
    if layer in SHARED_LAYERS:
        return CodeHead([128, 128, 128, 128, 512], first_stride=1)
    if separable and shape.kind is not Kind.RGB:
        return SeparableHead(shape)
    return PairHead(shape)
