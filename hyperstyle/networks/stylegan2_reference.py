"""StyleGAN2 computed slowly, formula by formula: the reference for the fast implementation."""

import torch
import torch.nn.functional as F
from torch import Tensor

from hyperstyle.networks.generator import Kernels, Styles
from hyperstyle.networks.stylegan2 import (
    EPSILON,
    GAIN,
    SLOPE,
    Kind,
    ModulatedConvolution,
    StyledConvolution,
    StyleGan2,
    blur_kernel,
    clamped,
)


class ReferenceStyleGan2(StyleGan2):
    """StyleGAN2 that, for a batch of one, runs the operations of the authors' code in the same order.

    It has the weights of `StyleGan2` and is seven times slower, but rounds as the authors' code does. That matters
    where a network magnifies rounding: a ReStyle encoder with random weights does so ten-thousandfold in its second
    step.
    """

    def synthesize(self, styles: Styles, kernels: Kernels) -> Tensor:
        """Return pictures [N, 3, size, size], RGB, about [-1, 1] and not clamped, with the stored noise."""
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
                picture = y if picture is None else y + upfirdn(picture, up=2, before=2, after=1)
        assert picture is not None
        return picture


def reference_convolution(layer: ModulatedConvolution, x: Tensor, kernel: Tensor, style: Tensor) -> Tensor:
    """Return the modulated convolution [N, out, H, W] of feature maps x [N, in, h, w], without noise and bias."""
    shape = layer.shape
    kernels = shape.scale * kernel.expand(len(x), -1, -1, -1, -1) * style[:, None, :, None, None]  # [N, out, in, k, k]
    if shape.kind is not Kind.RGB:
        demodulation = torch.rsqrt(kernels.pow(2).sum([2, 3, 4]) + EPSILON)
        kernels = kernels * demodulation[:, :, None, None, None]
    if shape.kind is Kind.UP:
        pairs = zip(x.split(1), kernels.transpose(1, 2), strict=True)
        upsampled = torch.cat([F.conv_transpose2d(maps, own, stride=2) for maps, own in pairs])
        return upfirdn(upsampled, up=1, before=1, after=1)
    return torch.cat(
        [F.conv2d(maps, own, padding=shape.kernel // 2) for maps, own in zip(x.split(1), kernels, strict=True)]
    )


def upfirdn(x: Tensor, up: int, before: int, after: int) -> Tensor:
    """Return x [N, C, H, W] upsampled with zeros by the factor `up`, padded with zeros, and binomially filtered.

    `before` rows and columns of zeros are added at the top and the left, `after` at the bottom and the right.
    """
    n, channels, height, width = x.shape
    upsampled = x.new_zeros(n, channels, height * up, width * up)
    upsampled[..., ::up, ::up] = x
    padded = F.pad(upsampled, (before, after, before, after)).flatten(0, 1)[:, None]
    return F.conv2d(padded, blur_kernel(1, x)).unflatten(0, (n, channels))[:, :, 0]
