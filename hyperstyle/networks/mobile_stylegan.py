"""MobileStyleGAN: the embedded 1024x1024 face generator, a StyleGAN2-FFHQ distilled into separable convolutions.

Every block doubles the resolution by an inverse Haar transform and then convolves twice, each time a depthwise 3x3
kernel followed by a pointwise one. Only pointwise kernels (and the first, dense one) are moved by offsets.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from hyperstyle.networks.generator import Generator, Kernels, Offsets, Styles


@dataclass(frozen=True)
class Block:
    """One doubling of the resolution."""

    size: int
    """Side of the feature maps after the doubling."""
    inputs: int
    """Channels before the doubling, of which the inverse Haar transform leaves a quarter."""
    outputs: int
    """Channels after both convolutions."""


BLOCKS = (
    Block(8, 512, 512),
    Block(16, 512, 512),
    Block(32, 512, 512),
    Block(64, 512, 512),
    Block(128, 512, 256),
    Block(256, 256, 128),
    Block(512, 128, 64),
)
CODE = 512  # channels of a code in W
GRID = 16  # places along a side at which the inputs of a layer can be asked for
BANDS = 4  # of a Haar transform: average, vertical, horizontal and diagonal differences


def inverse_haar(bands: Tensor) -> Tensor:
    """[N, 4C, H, W] to [N, C, 2H, 2W]: C averages, then for every channel its three differences."""
    n, channels, height, width = bands.shape
    average, differences = bands.split([channels // 4, channels * 3 // 4], dim=1)
    vertical, horizontal, diagonal = differences.unflatten(1, (-1, 3)).unbind(2)
    upper, lower = average + vertical, average - vertical
    tilt, counter = horizontal + diagonal, horizontal - diagonal
    corners = torch.stack((upper + tilt, upper - tilt, lower + counter, lower - counter), dim=2)
    return F.pixel_shuffle(corners.view(n, channels, height, width), 2) * 0.5


def mixed(features: Tensor, kernel: Tensor, style: Tensor) -> Tensor:
    """Pointwise convolution [N, in, H, W] to [N, out, H * W] with the input channels scaled by `style` [N, in].

    `kernel` is [out, in] or, one for each picture, [N, out, in]. Scaling the small kernel instead of the large
    feature map gives the same and costs next to nothing; one batched product serves shared and own kernels alike.
    """
    return torch.bmm((kernel * style.unsqueeze(1)).to(features.dtype), features.flatten(2))


def modulated(features: Tensor, kernel: Tensor, style: Tensor) -> Tensor:
    """`mixed` as maps [N, out, H, W]."""
    return mixed(features, kernel, style).unflatten(2, features.shape[2:])


def finish(features: Tensor, noise: Tensor, bias: Tensor) -> Tensor:
    """Add the stored noise [1, 1, H, W] and the bias [1, C, 1, 1] to [N, C, H * W], then a leaky ReLU, all in place.

    Only then are they maps [N, C, H, W]: a change of a view in place costs the way back two copies of all of it.
    """
    features.add_(bias.flatten(2)).add_(noise.flatten(2))
    return F.leaky_relu_(features, 0.2).unflatten(2, noise.shape[2:])


class Mapping(nn.Module):
    """The mapping network: normal vectors Z to codes W."""

    def __init__(self, depth: int = 8) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(CODE, CODE) for _ in range(depth))
        self.register_buffer("mean", torch.zeros(CODE))
        self.mean: Tensor

    def forward(self, z: Tensor, truncation: float | Tensor = 1.0) -> Tensor:
        """Codes [N, 512] of normal vectors [N, 512]; `truncation` (a number or [N, 1]) pulls them to the mean."""
        w = z * torch.rsqrt(z.square().mean(1, keepdim=True) + 1e-8)
        for layer in self.layers:
            w = F.leaky_relu(layer(w), 0.2) * 2**0.5
        return self.mean + (w - self.mean) * truncation


class SeparableConvolution(nn.Module):
    """Depthwise 3x3, modulated pointwise, noise, bias, leaky ReLU."""

    def __init__(self, inputs: int, outputs: int, size: int) -> None:
        super().__init__()
        self.modulation = nn.Linear(CODE, inputs)
        self.depthwise = nn.Parameter(torch.empty(inputs, 1, 3, 3))
        self.pointwise = nn.Parameter(torch.empty(outputs, inputs, 1, 1))
        self.bias = nn.Parameter(torch.empty(1, outputs, 1, 1))
        self.register_buffer("noise", torch.empty(1, 1, size, size))
        self.noise: Tensor

    def forward(
        self, features: Tensor, kernel: Tensor, style: Tensor, layer_inputs: list[Tensor] | None = None
    ) -> Tensor:
        """[N, in, H, W] to [N, out, H, W]; adds the pointwise kernel's input, pooled to `GRID`, to `layer_inputs`."""
        spread = F.conv2d(features, self.depthwise, padding=1, groups=features.shape[1])
        if layer_inputs is not None:
            layer_inputs.append(F.adaptive_avg_pool2d(spread, min(spread.shape[-1], GRID)) * style[:, :, None, None])
        return finish(mixed(spread, kernel.flatten(-3), style), self.noise, self.bias)


class UpBlock(nn.Module):
    """Modulated inverse Haar doubling and two separable convolutions."""

    def __init__(self, block: Block) -> None:
        super().__init__()
        self.modulation = nn.Linear(CODE, block.inputs)
        self.first = SeparableConvolution(block.inputs // BANDS, block.outputs, block.size)
        self.second = SeparableConvolution(block.outputs, block.outputs, block.size)

    def forward(
        self, features: Tensor, kernels: tuple[Tensor, Tensor], styles: Styles, layer_inputs: list[Tensor] | None = None
    ) -> Tensor:
        """[N, inputs, H, W] to [N, outputs, 2H, 2W]; `styles` are those of the doubling and both convolutions."""
        features = inverse_haar(features * styles[0][:, :, None, None])
        features = self.first(features, kernels[0], styles[1], layer_inputs)
        return self.second(features, kernels[1], styles[2], layer_inputs)


class MobileGenerator(Generator):
    """The synthesis network.

    Layers (the keys of offsets): 0 the first, dense convolution; 1 + 2b and 2 + 2b the convolutions of block b;
    15 the picture. Styles: one for the first convolution, three for each block (doubling, first, second), one for
    the picture.
    """

    size = 1024
    # As many as StyleGAN2 at this size, whose codes these are; it has convolutions at 1024 pixels, which this one
    # lacks, so the last two codes move nothing here.
    n_styles = 18

    def __init__(self) -> None:
        super().__init__()
        first, last = BLOCKS[0].inputs, BLOCKS[-1].outputs
        self.constant = nn.Parameter(torch.empty(1, first, 4, 4))
        self.modulation = nn.Linear(CODE, first)
        self.kernel = nn.Parameter(torch.empty(first, first, 3, 3))
        self.bias = nn.Parameter(torch.empty(1, first, 1, 1))
        self.register_buffer("noise", torch.empty(1, 1, 4, 4))
        self.noise: Tensor
        self.blocks = nn.ModuleList(UpBlock(block) for block in BLOCKS)
        self.picture_modulation = nn.Linear(CODE, last)
        self.picture_kernel = nn.Parameter(torch.empty(3 * BANDS, last, 1, 1))
        self.picture_bias = nn.Parameter(torch.empty(1, 3 * BANDS, 1, 1))

    def modulations(self) -> list[tuple[nn.Linear, int]]:
        """Every modulation in the order of use, with the W+ code that drives it."""
        driven: list[tuple[nn.Linear, int]] = [(self.modulation, 0)]
        for index, block in enumerate(self.blocks):
            assert isinstance(block, UpBlock)
            early, late = 1 + 2 * index, 2 + 2 * index
            driven += [(block.modulation, early), (block.first.modulation, early), (block.second.modulation, late)]
        return [*driven, (self.picture_modulation, 1 + 2 * len(self.blocks))]

    def styles(self, codes: Tensor) -> Styles:
        """Style space of codes in W [N, 512] or W+ [N, 18, 512]."""
        codes = codes.to(self.compute_dtype)
        if codes.ndim == 2:
            return [modulation(codes) for modulation, _ in self.modulations()]
        return [modulation(codes[:, code]) for modulation, code in self.modulations()]

    def own_kernels(self) -> dict[int, Tensor]:
        """Layer index -> kernel [out, in, kh, kw] as trained."""
        kernels: dict[int, Tensor] = {0: self.kernel, 1 + 2 * len(self.blocks): self.picture_kernel}
        for index, block in enumerate(self.blocks):
            assert isinstance(block, UpBlock)
            kernels |= {1 + 2 * index: block.first.pointwise, 2 + 2 * index: block.second.pointwise}
        return kernels

    def compute_in(self, dtype: torch.dtype) -> None:
        """Keep everything but the kernels in `dtype`, and so compute feature maps in it."""
        self.compute_dtype = dtype
        exact = {layer: kernel.data for layer, kernel in self.own_kernels().items()}
        self.to(dtype)
        for layer, kernel in self.own_kernels().items():
            kernel.data = exact[layer]

    def kernels(self, offsets: Offsets | None = None) -> Kernels:
        """The kernels of all layers, with `offsets` applied where there are any."""
        offsets = offsets or {}
        return {
            layer: kernel * (1 + offsets[layer]) if layer in offsets else kernel
            for layer, kernel in self.own_kernels().items()
        }

    def features(
        self, styles: Styles, kernels: Kernels, size: int = BLOCKS[-1].size, layer_inputs: list[Tensor] | None = None
    ) -> Tensor:
        """The feature maps [N, C, size, size] after the block of that size.

        Where `layer_inputs` is given, the inputs of layers 1, 2, ... are added to it: [N, in, S, S], S <= GRID.
        """
        patches = F.unfold(self.constant, 3, padding=1).unflatten(2, (4, 4))  # [1, 512 * 9, 4, 4]
        style = styles[0].repeat_interleave(9, dim=1)
        x = mixed(patches.expand(style.shape[0], -1, -1, -1), kernels[0].flatten(-3), style)
        x = finish(x, self.noise, self.bias)
        for index, (block, shape) in enumerate(zip(self.blocks, BLOCKS, strict=True)):
            if shape.size > size:
                break
            own = (kernels[1 + 2 * index], kernels[2 + 2 * index])
            x = block(x, own, styles[1 + 3 * index : 4 + 3 * index], layer_inputs)
        return x

    def synthesize(self, styles: Styles, kernels: Kernels) -> Tensor:
        """Pictures [N, 3, 1024, 1024], RGB, about [-1, 1] and not clamped, with the stored noise."""
        x = self.features(styles, kernels)
        bands = modulated(x, kernels[1 + 2 * len(self.blocks)].flatten(-3), styles[-1])
        return inverse_haar(bands.add_(self.picture_bias)).float()
