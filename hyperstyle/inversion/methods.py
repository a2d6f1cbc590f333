"""The table of inversion methods."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Protocol

from torch import Tensor

from hyperstyle.domain_table import Domain
from hyperstyle.errors import StudioError
from hyperstyle.inversion import hyperstyle, pivotal, projection, restyle
from hyperstyle.inversion.polish import POLISH_STEPS, polish
from hyperstyle.inversion.step import Step


class InversionFunction(Protocol):
    """A generator function that yields one step per refinement."""

    def __call__(self, model: Any, photo: Tensor, steps: int) -> Iterator[Step]:  # noqa: ANN401
        """Invert photos [N, 3, height, width] of the model's view, RGB in [-1, 1].

        `model` is the domain's `Model`, or the one loaded from the method's own weights.
        """


class Preset(StrEnum):
    """Number of steps that methods take by default."""

    FAST = "fast"
    """Few enough for a CPU."""
    PUBLISHED = "published"
    """As many as in the methods' papers."""


@dataclass(frozen=True)
class Method:
    """An inversion method: how it is called, run and limited, and the domains that it works on."""

    name: str
    """Name on the command line and in files."""
    title: str
    """Name on the page."""
    run: InversionFunction
    steps: int
    """Default number of steps, in the preset FAST."""
    drawing_steps: int | None = None
    """Default number of steps for drawings, if larger: they are farther from the training data."""
    paper_steps: int | None = None
    """Default number of steps in the preset PUBLISHED, if larger."""
    max_steps: int | None = None
    """Largest number of steps; None if there is no limit."""
    hypernetworks: tuple[str, ...] = ("hyperstyle", "hyperinverter")
    """Values of `Domain.hypernetwork` of the domains that the method works on."""
    refinements: int = 0
    """Refinements before polish, for a method that ends with polish, whose steps then are those of polish; else 0."""
    own_weights: Mapping[str, str] = field(default_factory=dict)
    """Domain -> name of the weights of the method's own model. If not empty, the method works on these domains only."""

    def invert(self, model: Any, photo: Tensor, steps: int, detail: Tensor | None = None) -> Iterator[Step]:  # noqa: ANN401
        """Invert photos [N, 3, height, width] of the model's view by at most `max_steps` steps.

        `detail` are the photos at a larger size, for methods with polish.
        """
        if not self.refinements:
            yield from self.run(model, photo, self.clamp_steps(steps))
            return
        for step in self.run(model, photo, self.refinements):
            yield step
        yield from polish(model, photo, step, steps, detail)

    def suits(self, domain: Domain) -> bool:
        """Return True if the method works on a domain."""
        return domain.hypernetwork in self.hypernetworks and (not self.own_weights or domain.name in self.own_weights)

    def with_preset(self, preset: Preset) -> "Method":
        """Return the method with the default number of steps of a preset."""
        paper_steps = preset is Preset.PUBLISHED and self.paper_steps
        return replace(self, steps=paper_steps or self.steps)

    def default_steps(self, *, drawing: bool) -> int:
        """Return the default number of steps for a photo or a drawing."""
        return max(self.steps, self.drawing_steps or 0) if drawing else self.steps

    def clamp_steps(self, steps: int) -> int:
        """Return `steps`, or `max_steps` if that is smaller."""
        return steps if self.max_steps is None else min(steps, self.max_steps)


def with_polish(method: Method) -> Method:
    """Return a hypernetwork's method followed by polish."""
    return replace(
        method,
        name=f"{method.name}-polish",
        title=f"{method.title} with polish",
        steps=POLISH_STEPS,
        refinements=method.steps,
        drawing_steps=None,
        max_steps=None,
    )


_HYPERSTYLE = Method(
    "hyperstyle", "HyperStyle", hyperstyle.invert, steps=5, drawing_steps=8, hypernetworks=("hyperstyle",)
)
# One step only: HyperInverter's hypernetwork is trained on the encoder's picture and no later one.
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
    """Return the methods that work on a domain, by name."""
    return {name: method for name, method in METHODS.items() if method.suits(domain)}


def method_for(domain: Domain, name: str) -> Method:
    """Return the method of that name; a `StudioError` if there is none or it does not work on the domain."""
    methods = methods_of(domain)
    if name not in methods:
        what = f"{METHODS[name].title} is not for {domain.title}" if name in METHODS else f"There is no method {name!r}"
        raise StudioError(f"{what}: choose one of {', '.join(methods)}.")
    return methods[name]


def default_method(domain: Domain) -> Method:
    """Return the method that the domain's hypernetwork was trained for."""
    return METHODS[domain.hypernetwork]
