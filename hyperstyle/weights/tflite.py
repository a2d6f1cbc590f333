"""Reads a small network out of a TFLite file: its operators in order, with their weights.

Only the operators of the network that finds people are known; the custom one is MediaPipe's transposed convolution.

The file is a FlatBuffer: tables that point to their fields. https://github.com/tensorflow/tensorflow has the schema
(`tensorflow/lite/schema/schema.fbs`), by whose order fields are numbered here.
"""

import struct

import numpy as np

from hyperstyle.networks.recorded_network import Operator, RecordedNetwork

_OPERATORS = {0: "add", 1: "average", 3: "convolution", 4: "depthwise", 6: "widen", 14: "logistic", 18: "multiply"}
_OPERATORS |= {19: "relu", 23: "enlarge", 32: "custom", 117: "hard_swish"}
_STRIDED = ("convolution", "depthwise")
_TYPES = {0: np.float32, 1: np.float16, 2: np.int32}


def read_network(data: bytes) -> RecordedNetwork:
    """Read the first network of a file."""
    model = _Table(data, _number(data, "I", 0))
    kinds = [_OPERATORS[max(code.number("b", 0), code.number("i", 3))] for code in model.tables(1)]
    graph, buffers = model.tables(2)[0], model.tables(4)
    weights = {}
    for number, tensor in enumerate(graph.tables(0)):
        if content := buffers[tensor.number("I", 2)].bytes(0):
            shape = tensor.integers(0)
            weights[number] = np.frombuffer(content, _TYPES[tensor.number("b", 1)]).reshape(shape)
    operators = []
    for entry in graph.tables(3):
        kind, options = kinds[entry.number("I", 0)], entry.table(4)
        stride = options.number("i", 1) if options and kind in _STRIDED else 1
        operators.append(Operator(kind, tuple(entry.integers(1)), entry.integers(2)[0], stride))
    return RecordedNetwork(tuple(operators), weights, graph.integers(1)[0], graph.integers(2)[0])


def _number(data: bytes, form: str, place: int) -> int:
    return int(struct.unpack_from("<" + form, data, place)[0])


class _Table:
    """A table of a FlatBuffer; fields that were not written are 0 or empty."""

    def __init__(self, data: bytes, place: int) -> None:
        self._data, self._place = data, place
        self._offsets = place - _number(data, "i", place)

    def number(self, form: str, field: int) -> int:
        place = self._field(field)
        return _number(self._data, form, place) if place else 0

    def table(self, field: int) -> "_Table | None":
        place = self._field(field)
        return _Table(self._data, place + _number(self._data, "I", place)) if place else None

    def tables(self, field: int) -> "list[_Table]":
        place, length = self._vector(field)
        places = (place + 4 * index for index in range(length))
        return [_Table(self._data, at + _number(self._data, "I", at)) for at in places]

    def integers(self, field: int) -> list[int]:
        place, length = self._vector(field)
        return [_number(self._data, "i", place + 4 * index) for index in range(length)]

    def bytes(self, field: int) -> bytes:
        place, length = self._vector(field)
        return self._data[place : place + length]

    def _vector(self, field: int) -> tuple[int, int]:
        place = self._field(field)
        if not place:
            return 0, 0
        place += _number(self._data, "I", place)
        return place + 4, _number(self._data, "I", place)

    def _field(self, field: int) -> int:
        """Return the position of a field in the file; 0 if it was not written."""
        entry = 4 + 2 * field
        if entry >= _number(self._data, "H", self._offsets):
            return 0
        offset = _number(self._data, "H", self._offsets + entry)
        return self._place + offset if offset else 0
