"""The one table of inversion methods."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from torch import Tensor

from hyperstyle.inversion import hyperstyle, pivotal, projection
from hyperstyle.inversion.hyperstyle import Model
from hyperstyle.inversion.polish import polish
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


def polished(model: Model, photo: Tensor, steps: int) -> Iterator[Step]:
    """HyperStyle as it is by default, and as many steps of polish."""
    for step in hyperstyle.invert(model, photo):
        yield step
    yield from polish(model, photo, step, steps)


_ALL = (
    Method("w-encoder", "W-encoder alone", encoder_alone, steps=0),
    Method("hyperstyle", "HyperStyle", hyperstyle.invert, steps=5),
    Method("hyperstyle-polish", "HyperStyle with polish", polished, steps=40),
    Method("projection", "Projection in W", projection.invert, steps=100),
    Method("projection-plus", "Projection in W+", projection.invert_plus, steps=100),
    Method("pivotal", "Pivotal tuning", pivotal.invert, steps=100),
)

METHODS: Mapping[str, Method] = MappingProxyType({method.name: method for method in _ALL})
