"""The inputs of a generator's kernels, by which a change of a kernel is measured: by how far it changes the outputs."""

from functools import singledispatch

from torch import Tensor
from torch.nn import functional as F

from hyperstyle.networks.generator import Generator, Kernels, Styles
from hyperstyle.networks.mobile_stylegan import MobileGenerator, UpBlock, inverse_haar
from hyperstyle.networks.stylegan2 import Kind, StyleGan2

PLACES = 32  # along a side; more tell nothing new about which channels go together


@singledispatch
def layer_inputs(generator: Generator, styles: Styles, kernels: Kernels) -> list[Tensor]:
    """The inputs [N, in, P] of every layer's kernel, at P places of its feature maps."""
    raise NotImplementedError(f"the layer inputs of a {type(generator).__name__} are not known")


@layer_inputs.register
def _(generator: MobileGenerator, styles: Styles, kernels: Kernels) -> list[Tensor]:
    inputs = [places(generator.constant.expand(len(styles[0]), -1, -1, -1), styles[0])]
    x = generator.features(styles, kernels, size=4)
    for index, block in enumerate(generator.blocks):
        assert isinstance(block, UpBlock)
        doubling, *both = styles[1 + 3 * index : 4 + 3 * index]
        x = inverse_haar(x * doubling[:, :, None, None])
        for convolution, style in zip((block.first, block.second), both, strict=True):
            inputs.append(places(F.conv2d(x, convolution.depthwise, padding=1, groups=x.shape[1]), style))
            x = convolution(x, kernels[len(inputs) - 1], style)
    return [*inputs, places(x, styles[-1])]


@layer_inputs.register
def _(generator: StyleGan2, styles: Styles, kernels: Kernels) -> list[Tensor]:
    x = generator.constant.expand(len(styles[0]), -1, -1, -1)
    inputs = []
    for layer, style in zip(generator.layer_list(), styles, strict=True):
        inputs.append(places(x, style))
        if layer.shape.kind is not Kind.RGB:
            x = layer(x, kernels[len(inputs) - 1], style, 0)
    return inputs


def places(maps: Tensor, style: Tensor) -> Tensor:
    """Maps [N, in, H, W] scaled by a style [N, in], at places spread evenly: [N, in, P]."""
    stride = max(maps.shape[-1] // PLACES, 1)
    return (maps[:, :, ::stride, ::stride] * style[:, :, None, None]).flatten(2).float()
