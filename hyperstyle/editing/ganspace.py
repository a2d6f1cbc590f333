"""Principal components of a generator's W as directions (GANSpace)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from hyperstyle.editing.directions import CODE, Direction
from hyperstyle.errors import StudioError

SAMPLES = 20_000  # codes in W: the first dozens of components are then accurate to a few degrees
BATCH = 2_000
MAX_DEVIATIONS = 3.0  # reach of a slider in standard deviations, within which nearly all of W lies


@dataclass(frozen=True, eq=False)
class Components:
    """K principal components of W, by decreasing variance."""

    vectors: Tensor
    """Components [K, 512], unit length."""
    deviations: Tensor
    """Standard deviations [K] of W along the components."""


@dataclass(frozen=True)
class NamedComponent:
    """A published component whose effect has a name."""

    name: str
    title: str
    less: str
    more: str
    component: int
    styles: tuple[int, int]
    strength: float
    """Published strength, in standard deviations; negative where the negative way leads to `more`."""


CAR_COMPONENTS = (
    NamedComponent("pose", "Pose", "turned one way", "turned the other way", 0, (0, 5), 2.0),
    NamedComponent("cube", "Cube", "rounder", "boxier", 16, (3, 6), 25.0),
    NamedComponent("colour", "Colour", "as it was", "another colour", 22, (9, 11), -8.0),
    NamedComponent("grass", "Grass", "less grass", "more grass", 41, (9, 11), -18.0),
)


def read_components(path: Path) -> Components:
    """Read components from a file as published by GANSpace for StyleGAN2: `comp` [K, 1, 512] and `std` [K]."""
    content = read_tensors(path)
    match content:
        case {"comp": Tensor() as vectors, "std": Tensor() as deviations} if len(vectors.flatten()) == CODE * len(
            deviations.flatten()
        ):
            return Components(vectors.float().reshape(-1, CODE), deviations.float().flatten())
    raise StudioError(f"{path.name} holds no components: `comp` of {CODE} each, and as many `std`, are expected.")


def components_of(mapping: Callable[[Tensor], Tensor], count: int) -> Components:
    """Return the first `count` principal components of W, sampled by a mapping from normal vectors [N, 512].

    The result is deterministic: the samples have a fixed seed, and the largest coordinate of a component is positive.
    """
    source = torch.Generator().manual_seed(0)
    with torch.inference_mode():
        batches = [mapping(torch.randn(BATCH, CODE, generator=source)) for _ in range(SAMPLES // BATCH)]
    variances, vectors = torch.linalg.eigh(torch.cat(batches).double().T.cov())
    vectors = vectors.T.flip(0)[:count]
    largest = vectors.gather(1, vectors.abs().argmax(1, keepdim=True))
    return Components((vectors * largest.sign()).float(), variances.flip(0)[:count].clamp(min=0).sqrt().float())


GetComponents = Callable[[], Components]
"""Reads or computes components; called when one of their sliders is first moved."""


def named_direction(get: GetComponents, named: NamedComponent) -> Direction:
    """Return the direction of a named component; the end of its slider moves the code by the published strength.

    GANSpace sets the code's coordinate to `strength` instead of adding it. Near the mean of W both are the same; adding
    lets edits add up and an amount of 0 change nothing.
    """
    vector = partial(scaled_component, get, named.component)
    return Direction(named.name, named.title, named.less, named.more, vector, named.styles, named.strength)


def numbered_directions(get: GetComponents, count: int, n_styles: int) -> list[Direction]:
    """Return the first `count` components as directions `component-0`, `component-1`, ... of all styles."""
    return [
        Direction(
            *(f"component-{i}", f"Component {i}", "one way", "the other"),
            partial(scaled_component, get, i),
            (0, n_styles),
            MAX_DEVIATIONS,
        )
        for i in range(count)
    ]


def scaled_component(get: GetComponents, component: int) -> Tensor:
    """Return a component [512] times the standard deviation of W along it."""
    components = get()
    if component >= len(components.vectors):
        raise StudioError(
            f"Component {component} is wanted, and the file has {len(components.vectors)}: take the published file."
        )
    return components.vectors[component] * components.deviations[component]


def read_tensors(path: Path) -> Any:  # noqa: ANN401 -- whatever the file holds; the caller checks
    """Return the content of a `.pt` file that holds nothing but tensors and plain values; a `StudioError` otherwise."""
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise StudioError(
            f"{path} cannot be read ({error.strerror}): check the name and that you may read it."
        ) from error
    except Exception as error:  # torch raises many kinds of errors on damaged files
        raise StudioError(f"{path.name} was not read: it is damaged, or holds more than tensors.") from error
