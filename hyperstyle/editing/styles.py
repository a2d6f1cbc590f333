"""Styles: a visitor's face drawn by a generator that was tuned to another world.

The offsets that a photo was inverted with are applied to the tuned generator, so the cartoon keeps the person. A style
is data: in `SHIPPED`, for the embedded tier, offsets in assets/styles/ of its generator's kernels; in `TUNED`, for the
full tier, whole generators that others fine-tuned, in the published layout.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import nn

from hyperstyle.domains import ASSETS, DOMAINS, EMBEDDED
from hyperstyle.errors import StudioError
from hyperstyle.inversion.hyperstyle import Model, added
from hyperstyle.inversion.record import Inversion
from hyperstyle.networks.generator import Generator, Offsets
from hyperstyle.networks.stylegan2 import StyleGan2
from hyperstyle.weights.catalogue import STYLE, WEIGHTS
from hyperstyle.weights.fetching import fetch
from hyperstyle.weights.models import load, placed
from hyperstyle.weights.sources import Weight
from hyperstyle.writing import made_folder, written_whole

M = TypeVar("M", bound=nn.Module)

FOLDER = ASSETS / "styles"
USUAL = 0.5
"""Between more me, 0, and more style, 1."""
LEAST_STYLE = 0.5  # share of a shipped style at the end of more me: less looks like a photo gone wrong

FINE = tuple(range(7, 16))
"""Layers of the embedded generator from 64 pixels on: tone, line and texture, while the shapes stay."""
PUBLISHED = (14, 15, 17, 18, 20, 21, 23, 24)
"""Layers of a full generator whose offsets are applied to a tuned one, as HyperStyle's authors do it."""


@dataclass(frozen=True)
class Shipped:
    """A style of the embedded tier."""

    name: str
    title: str
    teacher: str
    """Whose pictures it was learnt from, a key of `TEACHERS`."""
    layers: tuple[int, ...] = FINE
    """Those that the style moves."""

    @property
    def path(self) -> Path:
        """Its offsets, in 16 bits."""
        return FOLDER / f"{self.name}.safetensors"


@dataclass(frozen=True)
class Tuned:
    """A style of the full tier: a fine-tuned generator of faces."""

    name: str
    layers: tuple[int, ...] = PUBLISHED
    """Those that keep a visitor's offsets."""

    @property
    def weight(self) -> Weight:
        """Its file: title, sources, licence and hash."""
        return WEIGHTS[STYLE + self.name]

    @property
    def title(self) -> str:
        """For people."""
        return self.weight.title.removeprefix("Style: ")


_SHIPPED = (
    Shipped("pencil", "Pencil", "pencil"),
    Shipped("comic", "Comic", "comic"),
    Shipped("poster", "Poster", "poster"),
    Shipped("toon", "Toon", "toon"),
    Shipped("watercolour", "Watercolour", "watercolour"),
)

SHIPPED: Mapping[str, Shipped] = MappingProxyType({style.name: style for style in _SHIPPED})
TUNED: Mapping[str, Tuned] = MappingProxyType(
    {
        name.removeprefix(STYLE): Tuned(name.removeprefix(STYLE))
        for name in DOMAINS["faces"].adds
        if name.startswith(STYLE)
    }
)


@dataclass(frozen=True)
class Style:
    """A style that is open: what draws an inversion in it."""

    offsets: Offsets | None = None
    """Of the domain's own generator."""
    generator: Generator | None = None
    """Or the one that draws in its place."""
    layers: tuple[int, ...] = ()
    """Whose offsets it takes from the inversion, where it has a generator of its own."""

    def of(self, model: Model, inversion: Inversion, amount: float = USUAL) -> tuple[Model, Inversion]:
        """The model and the inversion to draw, morph and edit in the style; `amount` from 0, more me, to 1, more style.

        With a generator of its own the style is whole throughout, and 0 is the published way.
        """
        if self.generator:
            assert isinstance(model, nn.Module)
            fine = {layer: offset for layer, offset in inversion.offsets.items() if layer in self.layers}
            return with_generator(model, self.generator), replace(inversion, offsets=times(fine, 1 - amount))
        moved = times(self.offsets or {}, LEAST_STYLE + (1 - LEAST_STYLE) * amount)
        return model, replace(inversion, offsets=added(times(inversion.offsets, 1), moved))


def with_generator(model: M, generator: Generator) -> M:
    """The same model but for its generator, on the same device; all other networks are shared."""
    other = copy.copy(model)
    placed(generator, next(model.parameters()).device)
    other._modules = model._modules | {"generator": generator}
    return other


def times(offsets: Offsets, factor: float) -> Offsets:
    """Offsets in 32 bits, `factor` times as large."""
    return {layer: offset.float() * factor for layer, offset in offsets.items()}


def styles_of(domain: str) -> Mapping[str, Shipped] | Mapping[str, Tuned]:
    """The styles of a domain by name."""
    if domain == EMBEDDED.name:
        return {name: style for name, style in SHIPPED.items() if style.path.exists()}
    return TUNED if domain == "faces" else {}


def open_style(domain: str, name: str) -> Style:
    """A style of a domain; a generator of its own is fetched where it is not here yet."""
    styles = styles_of(domain)
    if name not in styles:
        raise StudioError(
            f"There is no style {name!r} for {domain}: "
            + (f"choose one of {', '.join(styles)}." if styles else "styles are for faces-lite and faces.")
        )
    style = styles[name]
    if isinstance(style, Shipped):
        return Style(offsets=read_style(style.path))
    return Style(generator=load(StyleGan2, fetch(style.weight)).eval().requires_grad_(False), layers=style.layers)


def read_style(path: Path) -> Offsets:
    """The offsets in a style's file."""
    try:
        return {int(layer): offset.float() for layer, offset in load_file(path).items()}
    except (SafetensorError, OSError, ValueError) as error:
        raise StudioError(f"{path.name} is missing or damaged: get this copy of the program again.") from error


def write_style(path: Path, offsets: Offsets, story: Mapping[str, str]) -> None:
    """Write a style's offsets in half precision, with what there is to tell about them."""
    made_folder(path.parent)
    limit = torch.finfo(torch.float16).max
    halves = {str(layer): offset.clamp(-limit, limit).half().contiguous() for layer, offset in offsets.items()}
    with written_whole(path) as part:
        part.write_bytes(save(halves, dict(story)))
