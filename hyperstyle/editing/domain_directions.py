"""Which directions every domain has: the one list that the command line, the page and its endpoints go by."""

from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path

from hyperstyle.domain_table import DOMAINS, Domain
from hyperstyle.editing.direction_files import SHIPPED, read_directions
from hyperstyle.editing.directions import Direction
from hyperstyle.editing.ganspace import CARS, Components, components_of, numbered, picked, read_components
from hyperstyle.paths import ASSETS
from hyperstyle.weights.catalogue import WEIGHTS
from hyperstyle.weights.fetching import status
from hyperstyle.weights.model_loading import load_mapping_of

OWN_COMPONENTS = 10
"""Components of a generator's own W that become sliders; the others change pictures less."""


def directions_of(domain: Domain) -> dict[str, Direction]:
    """The directions of a domain by name, in the order of their sliders; nothing is fetched or computed for it yet."""
    return DIRECTION_SOURCES[domain.directions](domain)


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
    found = numbered(partial(_compute, domain.name), OWN_COMPONENTS, domain.n_styles)
    return {direction.name: direction for direction in found}


DIRECTION_SOURCES: Mapping[str, Callable[[Domain], dict[str, Direction]]] = {
    "faces": shipped,
    "cars": of_cars,
    "components": of_own_w,
}
"""Name of a source, as `Domain.directions` has it -> what lists its directions."""


@cache
def _read(path: Path) -> Components:
    return read_components(path)


@cache
def _compute(name: str) -> Components:
    """Components of a domain's W; it takes seconds, once."""
    return components_of(load_mapping_of(DOMAINS[name]), OWN_COMPONENTS)
