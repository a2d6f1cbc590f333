"""The directions of every domain: the one list that the command line, the page and its endpoints use."""

from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path

from hyperstyle.domain_table import DOMAINS, Domain
from hyperstyle.editing.direction_files import DIRECTIONS_FILE, read_directions
from hyperstyle.editing.directions import Direction
from hyperstyle.editing.ganspace import (
    CAR_COMPONENTS,
    Components,
    components_of,
    named_direction,
    numbered_directions,
    read_components,
)
from hyperstyle.paths import ASSETS
from hyperstyle.weights.catalogue import WEIGHTS
from hyperstyle.weights.fetching import status
from hyperstyle.weights.model_loading import load_mapping_of

OWN_COMPONENTS = 10
"""Number of principal components of W that become sliders; later ones change pictures less."""


def directions_of(domain: Domain) -> dict[str, Direction]:
    """Return the directions of a domain by name, in the order of their sliders, without downloads or computations."""
    return DIRECTION_SOURCES[domain.directions](domain)


def bundled_directions(domain: Domain) -> dict[str, Direction]:  # noqa: ARG001 -- all sources are called alike
    """Return the directions in assets/, for all generators that share the W of StyleGAN2 FFHQ."""
    return read_directions(ASSETS / DIRECTIONS_FILE)


def own_directions(domain: Domain) -> dict[str, Direction]:
    """Return the directions in the domain's folder of assets/."""
    return read_directions(ASSETS / domain.name / DIRECTIONS_FILE)


def car_directions(domain: Domain) -> dict[str, Direction]:
    """Return the named GANSpace components if their file is installed, else components of the generator's own W."""
    path = status(WEIGHTS["ganspace-cars"]).path
    if path is None:
        return component_directions(domain)
    return {pick.name: named_direction(partial(_read, path), pick) for pick in CAR_COMPONENTS}


def component_directions(domain: Domain) -> dict[str, Direction]:
    """Return the first principal components of the W of the domain's generator."""
    found = numbered_directions(partial(_compute, domain.name), OWN_COMPONENTS, domain.n_styles)
    return {direction.name: direction for direction in found}


DIRECTION_SOURCES: Mapping[str, Callable[[Domain], dict[str, Direction]]] = {
    "faces": bundled_directions,
    "own": own_directions,
    "cars": car_directions,
    "components": component_directions,
}
"""Value of `Domain.directions` -> function that returns the domain's directions by name."""


@cache
def _read(path: Path) -> Components:
    return read_components(path)


@cache
def _compute(name: str) -> Components:
    """Compute the principal components of a domain's W, once; it takes seconds."""
    return components_of(load_mapping_of(DOMAINS[name]), OWN_COMPONENTS)
