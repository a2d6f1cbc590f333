"""The one table of inversion methods."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from torch import Tensor

from hyperstyle.inversion import hyperstyle
from hyperstyle.inversion.hyperstyle import Model
from hyperstyle.inversion.steps import Step


class Run(Protocol):
    """A generator function that yields one step per refinement."""

    def __call__(self, model: Model, photo: Tensor, steps: int) -> Iterator[Step]:
        """Invert photos [N, 3, height, width] of the model's view, RGB in [-1, 1]."""


@dataclass(frozen=True)
class Method:
    """A way to find a photo inside a generator."""

    name: str
    title: str
    run: Run
    steps: int
    """How many are taken if nothing else is asked for."""


def encoder_alone(model: Model, photo: Tensor, steps: int) -> Iterator[Step]:  # noqa: ARG001 - it has none
    """The picture of the encoder's code, and no refinement however many are asked for."""
    return hyperstyle.invert(model, photo, steps=0)


_ALL = (
    Method("w-encoder", "W-encoder alone", encoder_alone, steps=0),
    Method("hyperstyle", "HyperStyle", hyperstyle.invert, steps=5),
)

METHODS: Mapping[str, Method] = MappingProxyType({method.name: method for method in _ALL})
