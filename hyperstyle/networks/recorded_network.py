"""A network that is run as its file describes it: operator by operator. `weights/tflite.py` reads such files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F


@dataclass(frozen=True)
class Operator:
    """One step of a network."""

    name: str
    """A key of `_WORK`."""
    inputs: tuple[int, ...]
    """Numbers of the tensors that it reads."""
    output: int
    """Number of the tensor that it writes."""
    stride: int
    """Stride of a convolution; 1 for all other layers."""


def _convolution(operator: Operator, field: Tensor, kernel: Tensor, bias: Tensor) -> Tensor:
    return F.conv2d(_padded(field, kernel.shape[1], operator.stride), kernel.permute(0, 3, 1, 2), bias, operator.stride)


def _depthwise(operator: Operator, field: Tensor, kernel: Tensor, bias: Tensor) -> Tensor:
    weight = kernel.permute(3, 0, 1, 2)
    return F.conv2d(_padded(field, kernel.shape[1], operator.stride), weight, bias, operator.stride, groups=len(weight))


def _padded(field: Tensor, size: int, stride: int) -> Tensor:
    """TensorFlow's padding `same`: the odd pixel comes at the end."""
    height, width = (max(0, (-(-side // stride) - 1) * stride + size - side) for side in field.shape[2:])
    return F.pad(field, (width // 2, width - width // 2, height // 2, height - height // 2))


_WORK: Mapping[str, Callable[..., Tensor]] = MappingProxyType(
    {
        "convolution": _convolution,
        "depthwise": _depthwise,
        "custom": lambda _, field, kernel, bias: F.conv_transpose2d(
            field, kernel.permute(3, 0, 1, 2), bias, stride=kernel.shape[1]
        ),
        "add": lambda _, one, other: one + other,
        "multiply": lambda _, one, other: one * other,
        "average": lambda _, field: field.mean((2, 3), keepdim=True),
        "enlarge": lambda _, field, size: F.interpolate(field, tuple(size.tolist()), mode="bilinear"),
        "relu": lambda _, field: field.relu(),
        "hard_swish": lambda _, field: F.hardswish(field),
        "logistic": lambda _, field: field.sigmoid(),
        "widen": lambda _, weight: weight.float(),
    }
)


class RecordedNetwork(nn.Module):
    """A network with one input and one output."""

    def __init__(
        self, operators: tuple[Operator, ...], weights: Mapping[int, NDArray[Any]], source: int, result: int
    ) -> None:
        """`weights` are by the numbers of their tensors; `source` and `result` are those of the input and output."""
        super().__init__()
        self._operators, self._source, self._result = operators, source, result
        self._weights = {number: torch.from_numpy(weight.copy()) for number, weight in weights.items()}

    def forward(self, field: Tensor) -> Tensor:
        """Return the output of an input, both [N, channels, height, width]."""
        tensors = {**self._weights, self._source: field}
        for operator in self._operators:
            tensors[operator.output] = _WORK[operator.name](operator, *(tensors[number] for number in operator.inputs))
        return tensors[self._result]
