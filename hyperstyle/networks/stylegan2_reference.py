"""StyleGAN2 computed the long way, as its formulas say: the measure for the fast way."""

import torch
import torch.nn.functional as F
from torch import Tensor

from hyperstyle.networks.generator import Kernels, Styles
from hyperstyle.networks.stylegan2 import (
    EPSILON,
    GAIN,
    SLOPE,
    Kind,
    Modulated,
    StyledConvolution,
    StyleGan2,
    blur_kernel,
    clamped,
)


class ReferenceStyleGan2(StyleGan2):
    """The same network and weights, and with one picture the same operations in the same order as the authors' code.

    It is seven times slower, but rounds as theirs does. That matters where a network magnifies the rounding: the
    ReStyle encoder with random weights does so ten-thousandfold in its second step.
    """

    def synthesize(self, styles: Styles, kernels: Kernels) -> Tensor:
        """Pictures, as for `StyleGan2`."""
        x = self.constant.expand(len(styles[0]), -1, -1, -1)
        picture: Tensor | None = None
        for i, layer in enumerate(self.layer_list()):
            y = reference_convolution(layer, x, kernels[i], styles[i])
            bound = layer.shape.design.conv_clamp
            if isinstance(layer, StyledConvolution):
                y = y + layer.noise_strength * layer.noise
                x = clamped(F.leaky_relu(y + layer.bias[:, None, None], SLOPE) * GAIN, bound)
            else:
                y = clamped(y + layer.bias[:, None, None], bound)
                picture = y if picture is None else y + smoothed(picture, up=2, before=2, after=1)
        assert picture is not None
        return picture


def reference_convolution(layer: Modulated, x: Tensor, kernel: Tensor, style: Tensor) -> Tensor:
    """Maps [N, out, H, W] of maps x [N, in, h, w], with a kernel of its own for each picture."""
    shape = layer.shape
    kernels = shape.scale * kernel.expand(len(x), -1, -1, -1, -1) * style[:, None, :, None, None]  # [N, out, in, k, k]
    if shape.kind is not Kind.RGB:
        demodulation = torch.rsqrt(kernels.pow(2).sum([2, 3, 4]) + EPSILON)
        kernels = kernels * demodulation[:, :, None, None, None]
    if shape.kind is Kind.UP:
        pairs = zip(x.split(1), kernels.transpose(1, 2), strict=True)
        spread = torch.cat([F.conv_transpose2d(maps, own, stride=2) for maps, own in pairs])
        return smoothed(spread, up=1, before=1, after=1)
    return torch.cat(
        [F.conv2d(maps, own, padding=shape.kernel // 2) for maps, own in zip(x.split(1), kernels, strict=True)]
    )


def smoothed(x: Tensor, up: int, before: int, after: int) -> Tensor:
    """Maps [N, C, H, W] with zeros between their pixels (`up` - 1) and around them, then the binomial filter."""
    n, channels, height, width = x.shape
    spread = x.new_zeros(n, channels, height * up, width * up)
    spread[..., ::up, ::up] = x
    padded = F.pad(spread, (before, after, before, after)).flatten(0, 1)[:, None]
    return F.conv2d(padded, blur_kernel(1, x)).unflatten(0, (n, channels))[:, :, 0]
