"""Whether two faces are one person's, as a loss: the ArcFace that a package carries, read as data.

Its weights may not be shipped, and no result is judged by its own loss: figures of identity come from another network,
and comparisons report this one's beside it where it is at hand.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

TOP, LEFT, SIDE = 35 / 256, 32 / 256, 188 / 256  # where the face is in an aligned picture, as shares of it
INPUT = 112  # side of what the network sees

Apply = Callable[..., Tensor]


class Identity(nn.Module):
    """A network of convolutions from an ONNX file: pictures to descriptors of length 1."""

    def __init__(self, path: Path) -> None:
        import onnx  # training alone needs it
        from onnx.helper import get_attribute_value

        super().__init__()
        graph = onnx.load(path).graph
        self.nodes = [
            (node.op_type, list(node.input), node.output[0], {a.name: get_attribute_value(a) for a in node.attribute})
            for node in graph.node
        ]
        self.input, self.output = graph.input[0].name, graph.output[0].name
        self.names = {tensor.name: f"constant_{index}" for index, tensor in enumerate(graph.initializer)}
        for tensor in graph.initializer:
            value = torch.from_numpy(onnx.numpy_helper.to_array(tensor).copy())
            self.register_buffer(self.names[tensor.name], value)

    def forward(self, pictures: Tensor) -> Tensor:
        """Descriptors [N, 512] of aligned pictures [N, 3, H, W], RGB in [-1, 1]."""
        height, width = pictures.shape[-2:]
        top, left = round(TOP * height), round(LEFT * width)
        face = pictures[..., top : top + round(SIDE * height), left : left + round(SIDE * width)]
        values = {self.input: F.adaptive_avg_pool2d(face, INPUT)}
        values |= {name: self.get_buffer(own) for name, own in self.names.items()}
        for kind, inputs, output, attributes in self.nodes:
            values[output] = APPLY[kind](attributes, *(values[name] for name in inputs))
        return F.normalize(values[self.output])

    def distance(self, pictures: Tensor, photos: Tensor) -> Tensor:
        """Distances [N] of the faces in pictures and photos [N, 3, H, W]: 0 the same, about 1 strangers."""
        return 1 - (self(pictures) * self(photos)).sum(1)


def convolution(attributes: Mapping[str, Any], x: Tensor, kernel: Tensor, bias: Tensor | None = None) -> Tensor:
    """ONNX Conv; this network pads both sides alike."""
    padding, stride, groups = (attributes[name] for name in ("pads", "strides", "group"))
    return F.conv2d(x, kernel, bias, stride=stride, padding=padding[:2], groups=groups)


APPLY: dict[str, Apply] = {
    "Conv": convolution,
    "PRelu": lambda _, x, slope: F.prelu(x, slope.flatten()),
    "Add": lambda _, a, b: a + b,
    "Flatten": lambda _, x: x.flatten(1),
    "Gemm": lambda _, x, weight, bias: F.linear(x, weight, bias),
    "BatchNormalization": lambda _, x, scale, bias, mean, var: F.batch_norm(x, mean, var, scale, bias, eps=1e-5),
}
"""The kinds of nodes in the file."""
