"""The StyleGAN2 generator (configuration F) in plain torch, for CPU and CUDA alike."""

import math
from dataclasses import dataclass
from enum import Enum, auto
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from hyperstyle.networks.equalized import EqualizedLinear, random
from hyperstyle.networks.generator import Generator, Kernels, OffsetMode, Offsets, Styles

CODE = 512
"""Length of one style code."""
SLOPE = 0.2
"""Of the leaky ReLU."""
GAIN = math.sqrt(2)
"""By which every activation is multiplied, so that variances keep their size."""
EPSILON = 1e-8
"""Added to what demodulation divides by the root of."""

WHOLE_LAYERS = 20
"""As many layers, up to 256x256, are run on whole maps. On a CPU the others follow strip by strip: maps of 1024x1024
would fill 130 MB each and leave the cache, which costs a third more time than what the strips overlap."""
STRIP = 32
"""Rows of a 256x256 map that a strip is made from."""
COMPUTED = 64
"""Side of the maps from which on they are computed in the generator's `compute_dtype`; the smaller ones, which cost
next to nothing and decide what the picture shows, stay in 32 bits."""
HALO = 3
"""Rows that a strip needs beyond its own at either side, so that its own do not see where it ends."""


class Kind(Enum):
    """What a layer does with the maps it is given."""

    PLAIN = auto()
    """3x3 convolution at the same size."""
    UP = auto()
    """3x3 convolution to twice the size."""
    RGB = auto()
    """1x1 convolution to a picture, without demodulation, noise and activation."""


@dataclass(frozen=True)
class Design:
    """In what generators of one size differ; the defaults are configuration F in the code of HyperStyle's authors."""

    channel_base: int = 32768
    """Channels times side of the large maps."""
    channel_max: int = 512
    """Channels of the small maps."""
    mapping_layers: int = 8
    conv_clamp: float | None = None
    """Bound, either way, of all that a layer gives out."""
    equalised: bool = True
    """Whether kernels are divided by the root of their fan-in; NVIDIA's code in torch leaves that to demodulation."""

    def channels(self, size: int) -> int:
        """Channels of the maps of `size` x `size` pixels."""
        return min(self.channel_max, self.channel_base // size)


CONFIG_F = Design()


@dataclass(frozen=True)
class LayerShape:
    """One modulated convolution of the generator."""

    kind: Kind
    size: int
    """Side of the square maps that come out."""
    inputs: int
    outputs: int
    style: int
    """Which code of a W+ code drives the layer."""
    design: Design

    @property
    def kernel(self) -> int:
        """Extent of the kernel."""
        return 1 if self.kind is Kind.RGB else 3

    @property
    def scale(self) -> float:
        """By which the kernel is multiplied; demodulation cancels that but for its epsilon."""
        equalised = self.design.equalised or self.kind is Kind.RGB
        return 1 / math.sqrt(self.inputs * self.kernel**2) if equalised else 1.0


def layer_shapes(size: int, design: Design = CONFIG_F) -> list[LayerShape]:
    """All layers of a generator for `size` x `size` pictures, by layer index.

    0 is the first convolution, 1 the first toRGB; every resolution above 4 adds (up, plain, toRGB).
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
    """The [1, 3, 3, 1] binomial filter [channels, 1, 4, 4] that doubling smooths with; its sum is 4."""
    line = torch.tensor([1.0, 3.0, 3.0, 1.0], device=like.device, dtype=like.dtype) / 4
    return (line[:, None] * line).expand(channels, 1, 4, 4)


def convolve(x: Tensor, kernel: Tensor, kind: Kind, bias: Tensor | None = None) -> Tensor:
    """Convolve maps x [N, in, H, W] with a kernel [out, in, k, k] in the way of `kind`, and add bias [out]."""
    if kind is not Kind.UP:
        return F.conv2d(x, kernel, bias, padding=kernel.shape[-1] // 2)
    spread = F.conv_transpose2d(x, kernel.transpose(0, 1), stride=2)
    outputs = kernel.shape[0]
    return F.conv2d(spread, blur_kernel(outputs, x), bias, padding=1, groups=outputs)


def modulated(x: Tensor, kernel: Tensor, kind: Kind, style: Tensor, gain: Tensor, bias: Tensor) -> Tensor:
    """Convolve maps x [N, in, H, W] with kernel * style [N, in] * gain [N, out], and add bias [out].

    The kernel is [out, in, k, k], shared by all pictures, or [N, out, in, k, k]. Style and gain may scale the kernel
    or the maps to the same end, so they scale whichever is smaller.
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
    """What a layer gives out, within [-bound, bound] if there is one."""
    return x if bound is None else x.clamp(-bound, bound)


class Modulated(nn.Module):
    """A convolution whose kernel is scaled, input channel by input channel, by a style."""

    def __init__(self, shape: LayerShape) -> None:
        super().__init__()
        self.shape = shape
        self.weight = nn.Parameter(random(shape.outputs, shape.inputs, shape.kernel, shape.kernel))
        self.style = EqualizedLinear(CODE, shape.inputs)
        nn.init.ones_(self.style.bias)
        self.bias = nn.Parameter(torch.zeros(shape.outputs))

    def forward(self, x: Tensor, kernel: Tensor, style: Tensor, top: int) -> Tensor:
        """Maps [N, out, H, W] of maps x [N, in, h, w], with the layer's kernel and its style [N, in].

        The maps may be some rows alone, whose first is row `top` of the whole that comes out.
        """
        raise NotImplementedError


class StyledConvolution(Modulated):
    """Modulation, demodulation, convolution, noise, bias and activation."""

    noise: Tensor

    def __init__(self, shape: LayerShape) -> None:
        super().__init__(shape)
        self.register_buffer("noise", random(shape.size, shape.size))
        self.noise_strength = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor, kernel: Tensor, style: Tensor, top: int) -> Tensor:
        """Maps of maps, as for `Modulated`."""
        energy = torch.linalg.vector_norm(kernel, dim=(-2, -1)).square()  # [(N,) out, in]
        demodulation = torch.rsqrt((energy @ style.square()[..., None]).squeeze(-1) + EPSILON / self.shape.scale**2)
        # The activation's gain is applied to all that goes into it, which comes to the same.
        y = modulated(x, kernel, self.shape.kind, style, demodulation * GAIN, self.bias * GAIN)
        noise = self.noise[top : top + y.shape[-2]] * (self.noise_strength * GAIN)
        return clamped(F.leaky_relu_(y.add_(noise.to(y.dtype)), SLOPE), self.shape.design.conv_clamp)


class ToRgb(Modulated):
    """Modulation and 1x1 convolution to a picture."""

    def forward(self, x: Tensor, kernel: Tensor, style: Tensor, top: int) -> Tensor:  # noqa: ARG002 -- has no noise
        """Picture [N, 3, H, W] of maps x [N, in, H, W]; the rest as for `Modulated`."""
        gain = style.new_full((1, 3), self.shape.scale)
        picture = modulated(x, kernel, self.shape.kind, style, gain, self.bias)
        return clamped(picture.float(), self.shape.design.conv_clamp)


def doubled(picture: Tensor) -> Tensor:
    """A picture [N, 3, H, W] at twice the size, smoothed with the binomial filter."""
    return F.conv_transpose2d(picture, blur_kernel(3, picture), stride=2, padding=1, groups=3)


class Mapping(nn.Sequential):
    """Random vectors z [N, 512] -> codes in W [N, 512]."""

    def __init__(self, layers: int) -> None:
        super().__init__(*(EqualizedLinear(CODE, CODE, rate=0.01) for _ in range(layers)))

    def forward(self, z: Tensor) -> Tensor:
        """Map normally distributed z."""
        x = z * torch.rsqrt(z.square().mean(1, keepdim=True) + 1e-8)
        for linear in self:
            x = F.leaky_relu(linear(x), SLOPE) * GAIN
        return x


class StyleGan2(Generator):
    """The generator for pictures of `size` (a power of two) x `size` pixels."""

    def __init__(self, size: int, design: Design = CONFIG_F, offset_mode: OffsetMode = OffsetMode.MULTIPLIED) -> None:
        super().__init__()
        self.size = size
        self.offset_mode = offset_mode
        shapes = layer_shapes(size, design)
        self.n_styles = shapes[-1].style + 1
        self.mapping = Mapping(design.mapping_layers)
        self.constant = nn.Parameter(random(shapes[0].inputs, 4, 4))
        self.layers = nn.ModuleList(ToRgb(s) if s.kind is Kind.RGB else StyledConvolution(s) for s in shapes)

    def compute_in(self, dtype: torch.dtype) -> None:
        """Compute feature maps in `dtype` from `COMPUTED` pixels on; pictures are summed up in 32 bits."""
        self.compute_dtype = dtype

    def layer_list(self) -> list[Modulated]:
        """All layers by layer index, as what they are."""
        return cast(list[Modulated], list(self.layers))

    def styles(self, codes: Tensor) -> Styles:
        """Style space of codes in W [N, 512] or W+ [N, n_styles, 512]."""
        if codes.ndim == 2:
            codes = codes[:, None].expand(-1, self.n_styles, -1)
        return [layer.style(codes[:, layer.shape.style]) for layer in self.layer_list()]

    def kernels(self, offsets: Offsets | None = None) -> Kernels:
        """The kernels of all layers, with `offsets` applied where there are any."""
        kernels: dict[int, Tensor] = {i: layer.weight for i, layer in enumerate(self.layer_list())}
        for i, offset in (offsets or {}).items():
            added = self.offset_mode is OffsetMode.ADDED
            kernel = kernels[i] + offset if added else kernels[i] * (1 + offset)
            kernels[i] = kernel[0] if kernel.ndim == 5 and len(kernel) == 1 else kernel
        return kernels

    def synthesize(self, styles: Styles, kernels: Kernels) -> Tensor:
        """Pictures [N, 3, size, size], RGB, about [-1, 1] and not clamped, with the stored noise."""
        # With the channels last, the convolutions of a CPU are up to twice as fast.
        x = self.constant.expand(len(styles[0]), -1, -1, -1).contiguous(memory_format=torch.channels_last)
        whole, rest = range(len(self.layers))[:WHOLE_LAYERS], range(len(self.layers))[WHOLE_LAYERS:]
        x, picture = self.grow(x, None, whole, styles, kernels)
        if not rest or x.device.type != "cpu":
            return self.grow(x, picture, rest, styles, kernels)[1]
        strips = []
        for top in range(0, x.shape[-2], STRIP):
            rows = slice(max(top - HALO, 0), top + STRIP + HALO)
            _, strip = self.grow(x[:, :, rows], picture[:, :, rows], rest, styles, kernels, top=rows.start)
            scale = self.size // x.shape[-2]
            strips.append(strip[:, :, (top - rows.start) * scale :][:, :, : STRIP * scale])
        return torch.cat(strips, 2)

    def grow(
        self, x: Tensor, picture: Tensor | None, layers: range, styles: Styles, kernels: Kernels, top: int = 0
    ) -> tuple[Tensor, Tensor]:
        """Maps and picture after `layers`, from those before, which may be some rows from row `top` on alone."""
        stack = self.layer_list()
        for i in layers:
            top *= 2 if stack[i].shape.kind is Kind.UP else 1
            if stack[i].shape.size >= COMPUTED:
                x = x.to(self.compute_dtype)
            y = stack[i](x, kernels[i], styles[i], top)
            if stack[i].shape.kind is not Kind.RGB:
                x = y
            else:
                picture = y if picture is None else y + doubled(picture)
        assert picture is not None
        return x, picture
