"""The one table of inversion methods."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial
from types import MappingProxyType
from typing import Any, Protocol

from torch import Tensor

from hyperstyle.domain_table import Domain
from hyperstyle.errors import StudioError
from hyperstyle.inversion import hyperstyle, pivotal, projection, restyle
from hyperstyle.inversion.hyperstyle import Model
from hyperstyle.inversion.polish import polish
from hyperstyle.inversion.step import Step


class InversionFunction(Protocol):
    """A generator function that yields one step per refinement."""

    def __call__(self, model: Any, photo: Tensor, steps: int) -> Iterator[Step]:  # noqa: ANN401
        """Invert photos [N, 3, height, width] of the model's view, RGB in [-1, 1].

        The model is the domain's, a `Model`, or the one of the method's own weights.
        """


class Preset(StrEnum):
    """How many steps methods take if nobody says it."""

    FAST = "fast"
    """Few enough for a CPU."""
    PUBLISHED = "published"
    """As many as the methods' authors take."""


@dataclass(frozen=True)
class Method:
    """A way to find a photo inside a generator."""

    name: str
    title: str
    run: InversionFunction
    steps: int
    """How many are taken if nothing else is asked for: the fast preset."""
    drawing_steps: int | None = None
    """How many of what is no photo, where these are more: it is farther from what the model knows."""
    paper_steps: int | None = None
    """How many its authors take, where these are more."""
    max_steps: int | None = None
    """How many there are, where it does not go on for as long as one likes."""
    hypernetworks: tuple[str, ...] = ("hyperstyle", "hyperinverter")
    """Of the domains on which it makes sense: see `Domain.hypernetwork`."""
    own_weights: Mapping[str, str] = field(default_factory=dict)
    """Domain -> weights of a model of the method's own; where it has one, it makes sense on these domains alone."""

    def suits(self, domain: Domain) -> bool:
        """Whether it makes sense on a domain."""
        return domain.hypernetwork in self.hypernetworks and (not self.own_weights or domain.name in self.own_weights)

    def with_preset(self, preset: Preset) -> "Method":
        """The same with the steps of a preset."""
        paper_steps = preset is Preset.PUBLISHED and self.paper_steps
        return replace(self, steps=paper_steps or self.steps)

    def default_steps(self, *, drawing: bool) -> int:
        """How many steps a photo takes, or a drawing, if nothing else is asked for."""
        return max(self.steps, self.drawing_steps or 0) if drawing else self.steps

    def clamp_steps(self, steps: int) -> int:
        """`steps`, or the most that the method has."""
        return steps if self.max_steps is None else min(steps, self.max_steps)


def polished(model: Model, photo: Tensor, steps: int, refinements: int) -> Iterator[Step]:
    """What a hypernetwork finds in so many refinements, and as many steps of polish."""
    for step in hyperstyle.invert(model, photo, refinements):
        yield step
    yield from polish(model, photo, step, steps)


def with_polish(method: Method) -> Method:
    """A hypernetwork's method with all its refinements, and steps of polish to count."""
    run = partial(polished, refinements=method.steps)
    return Method(
        f"{method.name}-polish", f"{method.title} with polish", run, steps=40, hypernetworks=method.hypernetworks
    )


_HYPERSTYLE = Method(
    "hyperstyle", "HyperStyle", hyperstyle.invert, steps=5, drawing_steps=8, hypernetworks=("hyperstyle",)
)
# The same loop, which ends after one pass: its hypernetwork sees the photo's first picture and no other.
_HYPERINVERTER = Method(
    "hyperinverter", "HyperInverter", hyperstyle.invert, steps=1, max_steps=1, hypernetworks=("hyperinverter",)
)

_ALL = (
    Method("w-encoder", "W-encoder alone", hyperstyle.invert, steps=0, max_steps=0),
    Method("restyle", "ReStyle-e4e", restyle.invert, steps=5, own_weights={"faces": "restyle-faces"}),
    _HYPERSTYLE,
    with_polish(_HYPERSTYLE),
    _HYPERINVERTER,
    with_polish(_HYPERINVERTER),
    Method("projection", "Projection in W", projection.invert, steps=100, paper_steps=1000),
    Method("projection-plus", "Projection in W+", projection.invert_plus, steps=100, paper_steps=1000),
    Method("pivotal", "Pivotal tuning", pivotal.invert, steps=100, paper_steps=800),
)

METHODS: Mapping[str, Method] = MappingProxyType({method.name: method for method in _ALL})


def methods_of(domain: Domain) -> Mapping[str, Method]:
    """The methods that make sense on a domain, by name."""
    return {name: method for name, method in METHODS.items() if method.suits(domain)}


def method_for(domain: Domain, name: str) -> Method:
    """The method of that name for a domain; a `StudioError` where it makes no sense on it, or there is none."""
    methods = methods_of(domain)
    if name not in methods:
        what = f"{METHODS[name].title} is not for {domain.title}" if name in METHODS else f"There is no method {name!r}"
        raise StudioError(f"{what}: choose one of {', '.join(methods)}.")
    return methods[name]


def default_method(domain: Domain) -> Method:
    """The one that the domain's model was made for."""
    return METHODS[domain.hypernetwork]
