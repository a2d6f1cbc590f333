"""MobileStyleGAN: the embedded 1024x1024 face generator, a StyleGAN2-FFHQ distilled into separable convolutions.

Every block doubles the resolution by an inverse Haar transform, then applies two separable convolutions: a depthwise
3x3 kernel followed by a pointwise one. Offsets change the pointwise kernels and the first layer's dense one.

Feature maps have the shape [N, C, H, W] and the memory format channels_last, in which pointwise convolutions are plain
matrix products and depthwise ones are several times as fast.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.grad import conv2d_weight

from hyperstyle.networks.generator import Generator, Kernels, Offsets, Styles


@dataclass(frozen=True)
class Block:
    """Sizes of a block, which doubles the resolution."""

    size: int
    """Side of the feature maps after the doubling."""
    inputs: int
    """Channels before the doubling; the inverse Haar transform leaves a quarter of them."""
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
GRID = 16  # side of the grid to which layer inputs are pooled, at most
BANDS = 4  # sub-bands of a Haar transform: average, and vertical, horizontal and diagonal differences


def haar(maps: Tensor) -> Tensor:
    """Return the sub-bands [N, 4C, H, W] of maps [N, C, 2H, 2W]: C averages, then three differences per channel."""
    quads = maps.permute(0, 2, 3, 1).unflatten(2, (-1, 2)).unflatten(1, (-1, 2))
    (upper_left, upper_right), (lower_left, lower_right) = (row.unbind(3) for row in quads.unbind(2))
    upper, lower = upper_left + upper_right, lower_left + lower_right
    tilt, counter = upper_left - upper_right, lower_left - lower_right
    differences = torch.stack((upper - lower, tilt + counter, tilt - counter), 4).flatten(3)
    return torch.cat((upper + lower, differences), 3).mul_(0.5).permute(0, 3, 1, 2)


class InverseHaar(torch.autograd.Function):
    """The inverse Haar transform. It is orthogonal, so its gradient is the Haar transform of the gradient."""

    @staticmethod
    def forward(ctx: Any, bands: Tensor) -> Tensor:  # noqa: ANN401, ARG004
        """Return the maps [N, C, 2H, 2W] of sub-bands [N, 4C, H, W]."""
        count, channels, height, width = len(bands), bands.shape[1] // BANDS, *bands.shape[2:]
        average, differences = bands.permute(0, 2, 3, 1).split([channels, 3 * channels], dim=3)
        vertical, horizontal, diagonal = differences.unflatten(3, (-1, 3)).unbind(4)
        quads = bands.new_empty(count, height, 2, width, 2, channels)
        for row, side, slope in (
            (quads[:, :, 0], average + vertical, horizontal + diagonal),
            (quads[:, :, 1], average - vertical, horizontal - diagonal),
        ):
            torch.add(side, slope, out=row[:, :, :, 0])
            torch.sub(side, slope, out=row[:, :, :, 1])
        return quads.mul_(0.5).flatten(3, 4).flatten(1, 2).permute(0, 3, 1, 2)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:  # noqa: ANN401, ARG004
        """Return the gradient [N, 4C, H, W] over the sub-bands, of that over the maps [N, C, 2H, 2W]."""
        return haar(gradients[0])


def inverse_haar(bands: Tensor) -> Tensor:
    """Return the maps [N, C, 2H, 2W] of sub-bands [N, 4C, H, W]: C averages, then three differences per channel."""
    maps: Tensor = InverseHaar.apply(bands)
    return maps


class DepthwiseConvolution(torch.autograd.Function):
    """The 3x3 convolution of every channel with its own kernel.

    Its gradient over the maps is such a convolution too, with kernels turned by 180 degrees: torch's own, which knows
    any kind of convolution, takes twice the time.
    """

    @staticmethod
    def forward(ctx: Any, maps: Tensor, kernels: Tensor) -> Tensor:  # noqa: ANN401
        """Return the maps [N, C, H, W] of maps [N, C, H, W] and kernels [C, 1, 3, 3]."""
        ctx.save_for_backward(kernels, maps if ctx.needs_input_grad[1] else None)
        return F.conv2d(maps, kernels, padding=1, groups=len(kernels))

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor | None]:  # noqa: ANN401
        """Return the gradients over maps and, where wanted, kernels, of that over the output [N, C, H, W]."""
        kernels, maps = ctx.saved_tensors
        gradient, precision = gradients[0], gradients[0].dtype  # autocast computes the output in fewer bits
        flipped = kernels.flip(2, 3).to(precision)
        by_maps = F.conv2d(gradient, flipped, padding=1, groups=len(kernels))
        if maps is None:
            return by_maps, None
        return by_maps, conv2d_weight(maps.to(precision), kernels.shape, gradient, padding=1, groups=len(kernels))


def depthwise(maps: Tensor, kernels: Tensor) -> Tensor:
    """Return the 3x3 convolutions [N, C, H, W] of maps [N, C, H, W], every channel with one of kernels [C, 1, 3, 3]."""
    convolved: Tensor = DepthwiseConvolution.apply(maps, kernels)
    return convolved


def modulated_pointwise_flat(features: Tensor, kernel: Tensor, style: Tensor) -> Tensor:
    """Return the pointwise convolution [N, H * W, out] of [N, in, H, W], input channels scaled by `style` [N, in].

    `kernel` is [out, in] or, one for each picture, [N, out, in]. The style scales the smaller of feature maps and
    kernel; the maps too where several pictures share the kernel, of which each would need a copy.
    """
    positions = features.permute(0, 2, 3, 1).flatten(1, 2)
    shared = kernel.ndim == 2 and len(positions) > 1
    if shared or positions.shape[1] < kernel.shape[-2]:
        positions, scaled = positions * style.to(positions.dtype).unsqueeze(1), kernel
    else:
        scaled = kernel * style.unsqueeze(1)
    if scaled.ndim == 2:
        return F.linear(positions, scaled.to(positions.dtype))
    return torch.bmm(positions, scaled.to(positions.dtype).transpose(1, 2))


def modulated_pointwise(features: Tensor, kernel: Tensor, style: Tensor) -> Tensor:
    """Return the pointwise convolution [N, out, H, W] of [N, in, H, W], input channels scaled by `style` [N, in].

    `kernel` is [out, in] or, one for each picture, [N, out, in].
    """
    flat = modulated_pointwise_flat(features, kernel, style)
    return flat.unflatten(1, features.shape[2:]).permute(0, 3, 1, 2)


def add_noise_and_activate(features: Tensor, noise: Tensor, bias: Tensor) -> Tensor:
    """Return leaky_relu(features + bias + noise) as maps [N, C, H, W], computed in place.

    `features` are [N, H * W, C], the stored `noise` is [1, 1, H, W], `bias` [1, C, 1, 1]. The maps are unflattened
    last, because autograd copies a whole tensor twice when a view of it is changed in place.
    """
    features.add_(bias.flatten()).add_(noise.flatten(2).transpose(1, 2))
    return F.leaky_relu_(features, 0.2).unflatten(1, noise.shape[2:]).permute(0, 3, 1, 2)


class MappingNetwork(nn.Module):
    """Mapping network: normal vectors z -> codes in W, with the mean code for truncation."""

    def __init__(self, depth: int = 8) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(CODE, CODE) for _ in range(depth))
        self.register_buffer("mean", torch.zeros(CODE))
        self.mean: Tensor

    def forward(self, z: Tensor, truncation: float | Tensor = 1.0) -> Tensor:
        """Return mean + truncation * (w - mean), [N, 512], of normal vectors [N, 512]; `truncation` may be [N, 1]."""
        w = z * torch.rsqrt(z.square().mean(1, keepdim=True) + 1e-8)
        for layer in self.layers:
            w = F.leaky_relu(layer(w), 0.2) * 2**0.5
        return self.mean + (w - self.mean) * truncation


class SeparableConvolution(nn.Module):
    """Depthwise 3x3 convolution, modulated pointwise convolution, noise, bias and leaky ReLU."""

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
        """Return feature maps [N, out, H, W] of [N, in, H, W], with the pointwise `kernel` and its `style` [N, in].

        If `layer_inputs` is given, append the input of the pointwise kernel to it, pooled to at most GRID x GRID.
        """
        x = depthwise(features, self.depthwise)
        if layer_inputs is not None:
            layer_inputs.append(F.adaptive_avg_pool2d(x, min(x.shape[-1], GRID)) * style[:, :, None, None])
        x = modulated_pointwise_flat(x, kernel.flatten(-3), style)
        return add_noise_and_activate(x, self.noise, self.bias)


class UpBlock(nn.Module):
    """Modulated inverse Haar transform, which doubles the resolution, and two separable convolutions."""

    def __init__(self, block: Block) -> None:
        super().__init__()
        self.modulation = nn.Linear(CODE, block.inputs)
        self.first = SeparableConvolution(block.inputs // BANDS, block.outputs, block.size)
        self.second = SeparableConvolution(block.outputs, block.outputs, block.size)

    def forward(
        self, features: Tensor, kernels: tuple[Tensor, Tensor], styles: Styles, layer_inputs: list[Tensor] | None = None
    ) -> Tensor:
        """Return [N, outputs, 2H, 2W] of [N, inputs, H, W]; `styles` are those of the transform and both convolutions.

        If `layer_inputs` is given, append the inputs of both pointwise kernels to it.
        """
        features = inverse_haar(features * styles[0][:, :, None, None])
        features = self.first(features, kernels[0], styles[1], layer_inputs)
        return self.second(features, kernels[1], styles[2], layer_inputs)


class MobileTrunk(Generator):
    """MobileStyleGAN's blocks up to some resolution, without a layer that turns features into a picture.

    Layers (the keys of offsets): 0 is the first, dense convolution, 1 + 2b and 2 + 2b are the convolutions of block b.
    Styles: one for the first convolution, three per block (inverse Haar transform, first and second convolution).
    """

    def __init__(self, shapes: tuple[Block, ...]) -> None:
        super().__init__()
        self.shapes = shapes
        first = shapes[0].inputs
        self.constant = nn.Parameter(torch.empty(1, first, 4, 4))
        self.modulation = nn.Linear(CODE, first)
        self.kernel = nn.Parameter(torch.empty(first, first, 3, 3))
        self.bias = nn.Parameter(torch.empty(1, first, 1, 1))
        self.register_buffer("noise", torch.empty(1, 1, 4, 4))
        self.noise: Tensor
        self.blocks = nn.ModuleList(UpBlock(block) for block in shapes)

    def modulations(self) -> list[tuple[nn.Linear, int]]:
        """Return every modulation layer in the order of use, with the index of its code in a W+ code."""
        modulations: list[tuple[nn.Linear, int]] = [(self.modulation, 0)]
        for index, block in enumerate(self.blocks):
            assert isinstance(block, UpBlock)
            early, late = 1 + 2 * index, 2 + 2 * index
            modulations += [(block.modulation, early), (block.first.modulation, early), (block.second.modulation, late)]
        return modulations

    def styles(self, codes: Tensor) -> Styles:
        """Return the styles of codes in W [N, 512] or W+ [N, n_styles, 512]."""
        codes = codes.to(self.compute_dtype)
        if codes.ndim == 2:
            return [modulation(codes) for modulation, _ in self.modulations()]
        return [modulation(codes[:, code]) for modulation, code in self.modulations()]

    def own_kernels(self) -> dict[int, Tensor]:
        """Return layer index -> kernel [out, in, kh, kw], without offsets."""
        kernels: dict[int, Tensor] = {0: self.kernel}
        for index, block in enumerate(self.blocks):
            assert isinstance(block, UpBlock)
            kernels |= {1 + 2 * index: block.first.pointwise, 2 + 2 * index: block.second.pointwise}
        return kernels

    def compute_in(self, dtype: torch.dtype) -> None:
        """Convert everything but the kernels to `dtype`, in which feature maps are computed from now on."""
        self.compute_dtype = dtype
        float32_kernels = {layer: kernel.data for layer, kernel in self.own_kernels().items()}
        self.to(dtype)
        for layer, kernel in self.own_kernels().items():
            kernel.data = float32_kernels[layer]

    def kernels(self, offsets: Offsets | None = None) -> Kernels:
        """Return the kernels of all layers, with `offsets` applied."""
        offsets = offsets or {}
        return {
            layer: kernel * (1 + offsets[layer]) if layer in offsets else kernel
            for layer, kernel in self.own_kernels().items()
        }

    def feature_pyramid(
        self, styles: Styles, kernels: Kernels, size: int, layer_inputs: list[Tensor] | None = None
    ) -> Iterator[Tensor]:
        """Yield the feature maps [N, C, S, S] of the first convolution and of every block up to S = `size`.

        If `layer_inputs` is given, append the inputs [N, in, S, S] of layers 1, 2, ... to it, pooled to S <= GRID.
        """
        patches = F.unfold(self.constant, 3, padding=1).unflatten(2, (4, 4))  # [1, 512 * 9, 4, 4]
        style = styles[0].repeat_interleave(9, dim=1)
        x = modulated_pointwise_flat(patches.expand(style.shape[0], -1, -1, -1), kernels[0].flatten(-3), style)
        x = add_noise_and_activate(x, self.noise, self.bias)
        yield x
        for index, (block, shape) in enumerate(zip(self.blocks, self.shapes, strict=True)):
            if shape.size > size:
                return
            block_kernels = (kernels[1 + 2 * index], kernels[2 + 2 * index])
            x = block(x, block_kernels, styles[1 + 3 * index : 4 + 3 * index], layer_inputs)
            yield x

    def features(self, styles: Styles, kernels: Kernels, size: int, layer_inputs: list[Tensor] | None = None) -> Tensor:
        """Return the feature maps [N, C, size, size] after the block of that size; see `feature_pyramid`."""
        *_, last = self.feature_pyramid(styles, kernels, size, layer_inputs)
        return last


class MobileGenerator(MobileTrunk):
    """MobileStyleGAN's synthesis network: all blocks, and toRGB, which is layer 15 and has the last style."""

    size = 1024
    # As many as in StyleGAN2 at this size, which was distilled. This network has no convolutions at 1024 pixels, so
    # the last two codes of a W+ code have no effect.
    n_styles = 18

    def __init__(self) -> None:
        super().__init__(BLOCKS)
        last = BLOCKS[-1].outputs
        self.picture_modulation = nn.Linear(CODE, last)
        self.picture_kernel = nn.Parameter(torch.empty(3 * BANDS, last, 1, 1))
        self.picture_bias = nn.Parameter(torch.empty(1, 3 * BANDS, 1, 1))

    def modulations(self) -> list[tuple[nn.Linear, int]]:
        """Return every modulation layer, toRGB's last, with the index of its code in a W+ code."""
        return [*super().modulations(), (self.picture_modulation, 1 + 2 * len(BLOCKS))]

    def own_kernels(self) -> dict[int, Tensor]:
        """Return layer index -> kernel [out, in, kh, kw] including toRGB's, without offsets."""
        return super().own_kernels() | {1 + 2 * len(BLOCKS): self.picture_kernel}

    def preview_features(self, styles: Styles, kernels: Kernels) -> Tensor:
        """Return the feature maps [N, C, S, S] before the last two blocks."""
        return self.features(styles, kernels, BLOCKS[-3].size)

    def synthesize(self, styles: Styles, kernels: Kernels) -> Tensor:
        """Return pictures [N, 3, 1024, 1024], RGB, about [-1, 1] and not clamped, with the stored noise."""
        x = self.features(styles, kernels, BLOCKS[-1].size)
        bands = modulated_pointwise(x, kernels[1 + 2 * len(BLOCKS)].flatten(-3), styles[-1])
        return inverse_haar(bands.add_(self.picture_bias)).float()
