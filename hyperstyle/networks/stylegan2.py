"""The StyleGAN2 generator (configuration F) in plain torch, for CPU and CUDA alike."""

import math
from dataclasses import dataclass
from enum import Enum, auto
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from hyperstyle.networks.equalized import EqualizedLinear, random_weights
from hyperstyle.networks.generator import Generator, Kernels, OffsetMode, Offsets, Styles

CODE = 512
"""Length of a code."""
SLOPE = 0.2
"""Negative slope of the leaky ReLU."""
GAIN = math.sqrt(2)
"""Factor of every activation's output, which keeps the variance."""
EPSILON = 1e-8
"""Added under the root of demodulation."""

WHOLE_LAYERS = 20
"""Number of layers, up to 256x256, that compute whole feature maps. On a CPU the layers after them compute horizontal
strips: maps of 1024x1024 have 130 MB each, and leaving the cache takes a third more time than overlapping strips."""
STRIP = 32
"""Rows of a 256x256 map per strip."""
HALO = 3
"""Extra rows of a 256x256 map at either side of a strip, so that padding does not reach the rows that are kept."""
MIN_LOW_PRECISION_SIZE = 64
"""Side of the smallest feature maps that are computed in `compute_dtype`; smaller ones, which are cheap and decide
what the picture shows, stay in 32 bits."""


class Kind(Enum):
    """Kind of a modulated convolution."""

    PLAIN = auto()
    """3x3 convolution at the same size."""
    UP = auto()
    """3x3 convolution to twice the size."""
    RGB = auto()
    """1x1 convolution to RGB, without demodulation, noise and activation."""


@dataclass(frozen=True)
class Design:
    """Architecture of a generator apart from its size; the defaults are config F as in HyperStyle's code."""

    channel_base: int = 32768
    """Channels times side of the large feature maps."""
    channel_max: int = 512
    """Largest number of channels, which the small feature maps have."""
    mapping_layers: int = 8
    """Number of layers of the mapping network."""
    conv_clamp: float | None = None
    """Bound c that clamps the output of every layer to [-c, c], if any."""
    equalised: bool = True
    """True if kernels are scaled by 1 / sqrt(fan-in); NVIDIA's code in torch leaves that to demodulation."""

    def channels(self, size: int) -> int:
        """Return the number of channels of feature maps of `size` x `size`."""
        return min(self.channel_max, self.channel_base // size)


CONFIG_F = Design()


@dataclass(frozen=True)
class LayerShape:
    """Sizes of one modulated convolution of the generator."""

    kind: Kind
    size: int
    """Side of the output feature maps."""
    inputs: int
    """Input channels."""
    outputs: int
    """Output channels."""
    style: int
    """Index of the layer's code in a W+ code."""
    design: Design

    @property
    def kernel(self) -> int:
        """Side of the kernel."""
        return 1 if self.kind is Kind.RGB else 3

    @property
    def scale(self) -> float:
        """Factor of the kernel; demodulation cancels it but for its epsilon."""
        equalised = self.design.equalised or self.kind is Kind.RGB
        return 1 / math.sqrt(self.inputs * self.kernel**2) if equalised else 1.0


def layer_shapes(size: int, design: Design = CONFIG_F) -> list[LayerShape]:
    """Return all layers of a generator for `size` x `size` pictures, by layer index.

    0 is the first convolution, 1 the first toRGB; every resolution above 4 adds three layers: UP, PLAIN, RGB.
    """
    first = design.channels(4)
    shapes = [LayerShape(Kind.PLAIN, 4, first, first, 0, design), LayerShape(Kind.RGB, 4, first, 3, 1, design)]
    side = 8
    while side <= size:
        before, here, style = design.channels(side // 2), design.channels(side), shapes[-1].style
        shapes += [
            LayerShape(Kind.UP, side, before, here, style, design),
            LayerShape(Kind.PLAIN, side, here, here, style + 1, design),
            LayerShape(Kind.RGB, side, here, 3, style + 2, design),
        ]
        side *= 2
    return shapes


def blur_kernel(channels: int, like: Tensor) -> Tensor:
    """Return the [1, 3, 3, 1] binomial filter for upsampling, as a depthwise kernel [channels, 1, 4, 4] of sum 4."""
    line = torch.tensor([1.0, 3.0, 3.0, 1.0], device=like.device, dtype=like.dtype) / 4
    return (line[:, None] * line).expand(channels, 1, 4, 4)


def convolve(x: Tensor, kernel: Tensor, kind: Kind, bias: Tensor | None = None) -> Tensor:
    """Convolve maps x [N, in, H, W] with a kernel [out, in, k, k], upsampling if `kind` is UP, and add bias [out]."""
    if kind is not Kind.UP:
        return F.conv2d(x, kernel, bias, padding=kernel.shape[-1] // 2)
    upsampled = F.conv_transpose2d(x, kernel.transpose(0, 1), stride=2)
    outputs = kernel.shape[0]
    return F.conv2d(upsampled, blur_kernel(outputs, x), bias, padding=1, groups=outputs)


def modulated_conv(x: Tensor, kernel: Tensor, kind: Kind, style: Tensor, gain: Tensor, bias: Tensor) -> Tensor:
    """Convolve feature maps x [N, in, H, W] with kernel * style [N, in] * gain [N, out], and add bias [out].

    The kernel is [out, in, k, k], shared by all pictures, or [N, out, in, k, k]. Scaling the kernel or the feature
    maps gives the same result, so style and gain scale whichever is smaller.
    """
    if kernel.ndim == 4 and x.numel() < kernel.numel():
        scaled = x * style[..., None, None].to(x.dtype)
        return (convolve(scaled, kernel.to(x.dtype), kind) * gain[..., None, None] + bias[:, None, None]).to(x.dtype)
    kernels = kernel * (gain[:, :, None] * style[:, None, :])[..., None, None]
    kernels, bias = kernels.to(x.dtype), bias.to(x.dtype)
    if len(x) == 1:
        return convolve(x, kernels[0], kind, bias)
    return torch.cat([convolve(x[i : i + 1], kernels[i], kind, bias) for i in range(len(x))])


def clamped(x: Tensor, bound: float | None) -> Tensor:
    """Return x clamped to [-bound, bound], or x itself without a bound."""
    return x if bound is None else x.clamp(-bound, bound)


class ModulatedConvolution(nn.Module):
    """A convolution whose kernel is scaled by a style, one factor per input channel."""

    def __init__(self, shape: LayerShape) -> None:
        super().__init__()
        self.shape = shape
        self.weight = nn.Parameter(random_weights(shape.outputs, shape.inputs, shape.kernel, shape.kernel))
        self.style = EqualizedLinear(CODE, shape.inputs)
        nn.init.ones_(self.style.bias)
        self.bias = nn.Parameter(torch.zeros(shape.outputs))

    def forward(self, x: Tensor, kernel: Tensor, style: Tensor, top: int) -> Tensor:
        """Return feature maps [N, out, H, W] of x [N, in, h, w], with the layer's kernel and its style [N, in].

        x may be a strip of rows; `top` is then the row of the whole output at which the strip's output begins.
        """
        raise NotImplementedError


class StyledConvolution(ModulatedConvolution):
    """Modulated convolution with demodulation, noise, bias and activation."""

    noise: Tensor

    def __init__(self, shape: LayerShape) -> None:
        super().__init__(shape)
        self.register_buffer("noise", random_weights(shape.size, shape.size))
        self.noise_strength = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor, kernel: Tensor, style: Tensor, top: int) -> Tensor:
        """Return feature maps [N, out, H, W] of x [N, in, h, w]; `top` is the output's first row if x is a strip."""
        energy = torch.linalg.vector_norm(kernel, dim=(-2, -1)).square()  # [(N,) out, in]
        demodulation = torch.rsqrt((energy @ style.square()[..., None]).squeeze(-1) + EPSILON / self.shape.scale**2)
        # The gain scales the activation's inputs instead of its output, which gives the same result.
        y = modulated_conv(x, kernel, self.shape.kind, style, demodulation * GAIN, self.bias * GAIN)
        noise = self.noise[top : top + y.shape[-2]] * (self.noise_strength * GAIN)
        return clamped(F.leaky_relu_(y.add_(noise.to(y.dtype)), SLOPE), self.shape.design.conv_clamp)


class ToRgb(ModulatedConvolution):
    """Modulated 1x1 convolution to RGB."""

    def forward(self, x: Tensor, kernel: Tensor, style: Tensor, top: int) -> Tensor:  # noqa: ARG002 -- has no noise
        """Return pictures [N, 3, H, W] of feature maps x [N, in, H, W], with the layer's kernel and style [N, in]."""
        gain = style.new_full((1, 3), self.shape.scale)
        picture = modulated_conv(x, kernel, self.shape.kind, style, gain, self.bias)
        return clamped(picture.float(), self.shape.design.conv_clamp)


def upsample(picture: Tensor) -> Tensor:
    """Return a picture [N, 3, H, W] at twice the size, smoothed with the binomial filter."""
    return F.conv_transpose2d(picture, blur_kernel(3, picture), stride=2, padding=1, groups=3)


class MappingNetwork(nn.Sequential):
    """Mapping network: normal vectors z [N, 512] -> codes in W [N, 512]."""

    def __init__(self, layers: int) -> None:
        super().__init__(*(EqualizedLinear(CODE, CODE, lr_multiplier=0.01) for _ in range(layers)))

    def forward(self, z: Tensor) -> Tensor:
        """Return codes [N, 512] in W of normal vectors z [N, 512]."""
        x = z * torch.rsqrt(z.square().mean(1, keepdim=True) + 1e-8)
        for linear in self:
            x = F.leaky_relu(linear(x), SLOPE) * GAIN
        return x


class StyleGan2(Generator):
    """StyleGAN2 for pictures of `size` x `size` pixels, `size` a power of two."""

    def __init__(self, size: int, design: Design = CONFIG_F, offset_mode: OffsetMode = OffsetMode.MULTIPLIED) -> None:
        super().__init__()
        self.size = size
        self.offset_mode = offset_mode
        shapes = layer_shapes(size, design)
        self.n_styles = shapes[-1].style + 1
        self.mapping = MappingNetwork(design.mapping_layers)
        self.constant = nn.Parameter(random_weights(shapes[0].inputs, 4, 4))
        self.layers = nn.ModuleList(ToRgb(s) if s.kind is Kind.RGB else StyledConvolution(s) for s in shapes)

    def compute_in(self, dtype: torch.dtype) -> None:
        """Compute feature maps of `MIN_LOW_PRECISION_SIZE` and larger in `dtype`; toRGB's sum stays in 32 bits."""
        self.compute_dtype = dtype

    def layer_list(self) -> list[ModulatedConvolution]:
        """Return all layers by layer index, typed as modulated convolutions."""
        return cast(list[ModulatedConvolution], list(self.layers))

    def styles(self, codes: Tensor) -> Styles:
        """Return the styles of codes in W [N, 512] or W+ [N, n_styles, 512]."""
        if codes.ndim == 2:
            codes = codes[:, None].expand(-1, self.n_styles, -1)
        return [layer.style(codes[:, layer.shape.style]) for layer in self.layer_list()]

    def kernels(self, offsets: Offsets | None = None) -> Kernels:
        """Return the kernels of all layers, with `offsets` applied."""
        kernels: dict[int, Tensor] = {i: layer.weight for i, layer in enumerate(self.layer_list())}
        for i, offset in (offsets or {}).items():
            added = self.offset_mode is OffsetMode.ADDED
            kernel = kernels[i] + offset if added else kernels[i] * (1 + offset)
            kernels[i] = kernel[0] if kernel.ndim == 5 and len(kernel) == 1 else kernel
        return kernels

    def synthesize(self, styles: Styles, kernels: Kernels) -> Tensor:
        """Return pictures [N, 3, size, size], RGB, about [-1, 1] and not clamped, with the stored noise."""
        # Channels-last convolutions are up to twice as fast on a CPU.
        x = self.constant.expand(len(styles[0]), -1, -1, -1).contiguous(memory_format=torch.channels_last)
        whole, rest = range(len(self.layers))[:WHOLE_LAYERS], range(len(self.layers))[WHOLE_LAYERS:]
        x, picture = self.run_layers(x, None, whole, styles, kernels)
        if not rest or x.device.type != "cpu":
            return self.run_layers(x, picture, rest, styles, kernels)[1]
        strips = []
        for top in range(0, x.shape[-2], STRIP):
            rows = slice(max(top - HALO, 0), top + STRIP + HALO)
            _, strip = self.run_layers(x[:, :, rows], picture[:, :, rows], rest, styles, kernels, top=rows.start)
            scale = self.size // x.shape[-2]
            strips.append(strip[:, :, (top - rows.start) * scale :][:, :, : STRIP * scale])
        return torch.cat(strips, 2)

    def run_layers(
        self, x: Tensor, picture: Tensor | None, layers: range, styles: Styles, kernels: Kernels, top: int = 0
    ) -> tuple[Tensor, Tensor]:
        """Return feature maps and picture after the layers of index `layers`, from those before them.

        x [N, C, H, W] and picture [N, 3, H, W] may be strips of rows whose first is row `top` of the whole.
        """
        all_layers = self.layer_list()
        for i in layers:
            top *= 2 if all_layers[i].shape.kind is Kind.UP else 1
            if all_layers[i].shape.size >= MIN_LOW_PRECISION_SIZE:
                x = x.to(self.compute_dtype)
            y = all_layers[i](x, kernels[i], styles[i], top)
            if all_layers[i].shape.kind is not Kind.RGB:
                x = y
            else:
                picture = y if picture is None else y + upsample(picture)
        assert picture is not None
        return x, picture
