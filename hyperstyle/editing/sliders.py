"""Which directions every domain has: the one list that the command line, the page and its endpoints go by."""

from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path

from torch import nn

from hyperstyle.domains import ASSETS, DOMAINS, Domain
from hyperstyle.editing.components import CARS, Components, components_of, numbered, picked, read_components
from hyperstyle.editing.directions import Direction
from hyperstyle.editing.files import SHIPPED, read_directions
from hyperstyle.networks.stylegan2 import StyleGan2, layer_shapes
from hyperstyle.weights.catalogue import WEIGHTS
from hyperstyle.weights.fetching import fetch, status
from hyperstyle.weights.models import load

OWN = 10
"""Components of a generator's own W that become sliders; the others change pictures less."""


def directions_of(domain: Domain) -> dict[str, Direction]:
    """The directions of a domain by name, in the order of their sliders; nothing is fetched or computed for it yet."""
    return SOURCES[domain.sliders](domain)


def shipped(domain: Domain) -> dict[str, Direction]:  # noqa: ARG001 -- all sources are called alike
    """Those in assets/, for all generators that share the W of StyleGAN2 FFHQ."""
    return read_directions(ASSETS / SHIPPED)


def of_cars(domain: Domain) -> dict[str, Direction]:
    """The published picks among GANSpace's components, where their file is here; else those of the own W."""
    path = status(WEIGHTS["ganspace-cars"]).path
    if path is None:
        return of_own_w(domain)
    return {pick.name: picked(partial(_read, path), pick) for pick in CARS}


def of_own_w(domain: Domain) -> dict[str, Direction]:
    """Components of the W of the domain's own generator."""
    assert domain.published is not None
    n_styles = layer_shapes(domain.published.output_size)[-1].style + 1
    return {direction.name: direction for direction in numbered(partial(_compute, domain.name), OWN, n_styles)}


SOURCES: Mapping[str, Callable[[Domain], dict[str, Direction]]] = {
    "faces": shipped,
    "cars": of_cars,
    "components": of_own_w,
}
"""Name of a source, as `Domain.sliders` has it -> what lists its directions."""


@cache
def _read(path: Path) -> Components:
    return read_components(path)


@cache
def _compute(name: str) -> Components:
    """Components of a domain's W; it takes seconds, once."""
    model = load(nn.Module, *(fetch(WEIGHTS[weight]) for weight in DOMAINS[name].model))
    assert isinstance(model.generator, StyleGan2)
    return components_of(model.generator.mapping, OWN)
