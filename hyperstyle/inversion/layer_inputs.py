"""The inputs of a generator's kernels, whose covariance tells how far a change of a kernel changes its output."""

from functools import singledispatch

from torch import Tensor
from torch.nn import functional as F

from hyperstyle.networks.generator import Generator, Kernels, Styles
from hyperstyle.networks.mobile_stylegan import MobileGenerator, MobileTrunk, UpBlock, inverse_haar
from hyperstyle.networks.stylegan2 import Kind, StyleGan2

PLACES = 32  # sampled positions along a side; more hardly change the covariance of the channels


@singledispatch
def layer_inputs(generator: Generator, styles: Styles, kernels: Kernels) -> list[Tensor]:
    """Return the inputs [N, in, P] of every layer's kernel, at P positions of its feature maps."""
    raise NotImplementedError(f"the layer inputs of a {type(generator).__name__} are not known")


@layer_inputs.register
def _(generator: MobileTrunk, styles: Styles, kernels: Kernels) -> list[Tensor]:
    return trunk_inputs(generator, styles, kernels)[0]


@layer_inputs.register
def _(generator: MobileGenerator, styles: Styles, kernels: Kernels) -> list[Tensor]:
    inputs, last = trunk_inputs(generator, styles, kernels)
    return [*inputs, sample_inputs(last, styles[-1])]


def trunk_inputs(generator: MobileTrunk, styles: Styles, kernels: Kernels) -> tuple[list[Tensor], Tensor]:
    """Return the inputs [N, in, P] of all kernels of the blocks, and the last feature maps [N, C, H, W]."""
    inputs = [sample_inputs(generator.constant.expand(len(styles[0]), -1, -1, -1), styles[0])]
    x = generator.features(styles, kernels, size=4)
    for index, block in enumerate(generator.blocks):
        assert isinstance(block, UpBlock)
        haar_style, *conv_styles = styles[1 + 3 * index : 4 + 3 * index]
        x = inverse_haar(x * haar_style[:, :, None, None])
        for convolution, style in zip((block.first, block.second), conv_styles, strict=True):
            inputs.append(sample_inputs(F.conv2d(x, convolution.depthwise, padding=1, groups=x.shape[1]), style))
            x = convolution(x, kernels[len(inputs) - 1], style)
    return inputs, x


@layer_inputs.register
def _(generator: StyleGan2, styles: Styles, kernels: Kernels) -> list[Tensor]:
    x = generator.constant.expand(len(styles[0]), -1, -1, -1)
    inputs = []
    for layer, style in zip(generator.layer_list(), styles, strict=True):
        inputs.append(sample_inputs(x, style))
        if layer.shape.kind is not Kind.RGB:
            x = layer(x, kernels[len(inputs) - 1], style, 0)
    return inputs


def sample_inputs(maps: Tensor, style: Tensor) -> Tensor:
    """Return feature maps [N, in, H, W], scaled by a style [N, in], at P positions of a regular grid: [N, in, P]."""
    stride = max(maps.shape[-1] // PLACES, 1)
    return (maps[:, :, ::stride, ::stride] * style[:, :, None, None]).flatten(2).float()
