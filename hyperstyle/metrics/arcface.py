"""ArcFace descriptors of faces: an identity loss for training, and a second identity metric for comparisons.

Its weights may not be shipped. Identity metrics come from dlib's network instead, so that no result is judged by the
loss it was trained with; comparisons report ArcFace beside it where its weights are installed.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

TOP, LEFT, SIDE = 35 / 256, 32 / 256, 188 / 256  # of the face in an aligned picture, as shares of the picture's side
INPUT_SIZE = 112

Operator = Callable[..., Tensor]


class ArcFaceNetwork(nn.Module):
    """The ArcFace network of an ONNX file, run node by node with torch operators."""

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
        """Return the descriptors [N, 512], unit length, of aligned pictures [N, 3, H, W], RGB in [-1, 1]."""
        height, width = pictures.shape[-2:]
        top, left = round(TOP * height), round(LEFT * width)
        face = pictures[..., top : top + round(SIDE * height), left : left + round(SIDE * width)]
        values = {self.input: F.adaptive_avg_pool2d(face, INPUT_SIZE)}
        values |= {name: self.get_buffer(own) for name, own in self.names.items()}
        for kind, inputs, output, attributes in self.nodes:
            values[output] = OPERATORS[kind](attributes, *(values[name] for name in inputs))
        return F.normalize(values[self.output])

    def distance(self, pictures: Tensor, photos: Tensor) -> Tensor:
        """Return the cosine distances [N] of faces in pictures and photos [N, 3, H, W]: 0 equal, about 1 strangers."""
        return 1 - (self(pictures) * self(photos)).sum(1)


def convolution(attributes: Mapping[str, Any], x: Tensor, kernel: Tensor, bias: Tensor | None = None) -> Tensor:
    """Apply ONNX's Conv; `pads` are assumed symmetric, as in this network."""
    padding, stride, groups = (attributes[name] for name in ("pads", "strides", "group"))
    return F.conv2d(x, kernel, bias, stride=stride, padding=padding[:2], groups=groups)


OPERATORS: dict[str, Operator] = {
    "Conv": convolution,
    "PRelu": lambda _, x, slope: F.prelu(x, slope.flatten()),
    "Add": lambda _, a, b: a + b,
    "Flatten": lambda _, x: x.flatten(1),
    "Gemm": lambda _, x, weight, bias: F.linear(x, weight, bias),
    "BatchNormalization": lambda _, x, scale, bias, mean, var: F.batch_norm(x, mean, var, scale, bias, eps=1e-5),
}
"""ONNX operator -> function of the node's attributes and inputs; the operators that ArcFace's file uses."""
