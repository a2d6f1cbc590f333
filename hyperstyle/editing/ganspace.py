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

SAMPLES = 20_000  # of W, for components of our own: each of the first dozens is then known to a few degrees
BATCH = 2_000
NATURAL = 3.0  # standard deviations within which nearly all of W lies


@dataclass(frozen=True, eq=False)
class Components:
    """Principal components of W, the one along which it varies most first."""

    vectors: Tensor
    """[K, 512], unit length."""
    deviations: Tensor
    """[K], the standard deviation of W along each."""


@dataclass(frozen=True)
class Pick:
    """A component that somebody looked at and gave a name."""

    name: str
    title: str
    less: str
    more: str
    component: int
    styles: tuple[int, int]
    strength: float
    """As published, in standard deviations; the sign says which way leads to `more`."""


CARS = (
    Pick("pose", "Pose", "turned one way", "turned the other way", 0, (0, 5), 2.0),
    Pick("cube", "Cube", "rounder", "boxier", 16, (3, 6), 25.0),
    Pick("colour", "Colour", "as it was", "another colour", 22, (9, 11), -8.0),
    Pick("grass", "Grass", "less grass", "more grass", 41, (9, 11), -18.0),
)


def read_components(path: Path) -> Components:
    """Components from a GANSpace file as published for StyleGAN2: `comp` [K, 1, 512] and `std` [K]."""
    content = read_tensors(path)
    match content:
        case {"comp": Tensor() as vectors, "std": Tensor() as deviations} if len(vectors.flatten()) == CODE * len(
            deviations.flatten()
        ):
            return Components(vectors.float().reshape(-1, CODE), deviations.float().flatten())
    raise StudioError(f"{path.name} holds no components: `comp` of {CODE} each, and as many `std`, are expected.")


def components_of(mapping: Callable[[Tensor], Tensor], count: int) -> Components:
    """The first `count` components of the W that a mapping network makes of normal vectors [N, 512].

    The same at every call: the samples are, and every component points to where its largest coordinate is positive.
    """
    source = torch.Generator().manual_seed(0)
    with torch.inference_mode():
        batches = [mapping(torch.randn(BATCH, CODE, generator=source)) for _ in range(SAMPLES // BATCH)]
    variances, vectors = torch.linalg.eigh(torch.cat(batches).double().T.cov())
    vectors = vectors.T.flip(0)[:count]
    largest = vectors.gather(1, vectors.abs().argmax(1, keepdim=True))
    return Components((vectors * largest.sign()).float(), variances.flip(0)[:count].clamp(min=0).sqrt().float())


Find = Callable[[], Components]
"""Reads or computes components, which is done when the first of their sliders is moved."""


def picked(find: Find, pick: Pick) -> Direction:
    """The direction of a pick: the end of its slider is the published strength, relative to where the code is.

    GANSpace's users move a code to `strength` rather than by it. For a code near the mean that is the same; by it,
    edits add up and zero is zero.
    """
    vector = partial(scaled, find, pick.component)
    return Direction(pick.name, pick.title, pick.less, pick.more, vector, pick.styles, pick.strength)


def numbered(find: Find, count: int, n_styles: int) -> list[Direction]:
    """The first `count` components as directions without names of their own."""
    return [
        Direction(
            *(f"component-{i}", f"Component {i}", "one way", "the other"),
            partial(scaled, find, i),
            (0, n_styles),
            NATURAL,
        )
        for i in range(count)
    ]


def scaled(find: Find, component: int) -> Tensor:
    """A component [512] as long as the standard deviation along it."""
    components = find()
    if component >= len(components.vectors):
        raise StudioError(
            f"Component {component} is wanted, and the file has {len(components.vectors)}: take the published file."
        )
    return components.vectors[component] * components.deviations[component]


def read_tensors(path: Path) -> Any:  # noqa: ANN401 -- whatever the file holds; the caller looks
    """What a `.pt` file holds, if that is tensors and plain values alone."""
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise StudioError(
            f"{path} cannot be read ({error.strerror}): check the name and that you may read it."
        ) from error
    except Exception as error:  # torch raises whatever the damage leads to
        raise StudioError(f"{path.name} is not read: it is damaged, or holds more than tensors.") from error
