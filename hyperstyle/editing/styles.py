"""Styles: a visitor's face drawn by a generator that was tuned to another world.

The offsets that a photo was inverted with are applied to the tuned generator, so the cartoon keeps the person. A style
is a row of `STYLES`: for the embedded tier, offsets in assets/styles/ of its generator's kernels; for the full tier,
whole generators that others fine-tuned, in the published layout.
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

from hyperstyle.domain_table import DOMAINS, FINE_TUNED_STYLES, Domain
from hyperstyle.editing.edits import DEFAULT_STYLE_AMOUNT
from hyperstyle.errors import StudioError
from hyperstyle.files import atomic_write, ensure_dir
from hyperstyle.inversion.hyperstyle import Model, add_offsets
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.networks.generator import Generator, Offsets
from hyperstyle.networks.stylegan2 import StyleGan2
from hyperstyle.paths import ASSETS
from hyperstyle.weights.catalogue import STYLE, WEIGHTS
from hyperstyle.weights.fetching import fetch, status
from hyperstyle.weights.model_loading import load, placed
from hyperstyle.weights.weight_sources import Weight

M = TypeVar("M", bound=nn.Module)

FOLDER = ASSETS / "styles"
LEAST_STYLE = 0.5  # share of a bundled style at an amount of 0: less looks like a photo gone wrong

FINE = tuple(range(7, 16))
"""Layers of the embedded generator from 64 pixels on: tone, line and texture, while the shapes stay."""
PUBLISHED_LAYERS = (14, 15, 17, 18, 20, 21, 23, 24)
"""Layers of a full generator whose offsets are applied to a fine-tuned one, as HyperStyle's authors do it."""


@dataclass(frozen=True)
class BundledStyle:
    """A style in assets/: weight offsets of the embedded generator."""

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

    @property
    def at_hand(self) -> bool:
        """Whether it can be drawn without fetching anything."""
        return self.path.exists()

    def open(self) -> "Style":
        """The style, ready to draw in."""
        return Style(offsets=read_style(self.path))


@dataclass(frozen=True)
class FineTunedStyle:
    """A style of the full tier: a whole generator of faces that others fine-tuned."""

    name: str
    layers: tuple[int, ...] = PUBLISHED_LAYERS
    """Those that keep a visitor's offsets."""

    @property
    def weight(self) -> Weight:
        """Its file: title, sources, licence and hash."""
        return WEIGHTS[STYLE + self.name]

    @property
    def title(self) -> str:
        """For people."""
        return self.weight.title.removeprefix("Style: ")

    @property
    def at_hand(self) -> bool:
        """Whether it can be drawn without fetching anything."""
        return status(self.weight).path is not None

    def open(self) -> "Style":
        """The style, ready to draw in; its generator is fetched where it is not here yet."""
        generator = load(StyleGan2, fetch(self.weight)).eval().requires_grad_(False)
        return Style(generator=generator, layers=self.layers)


_BUNDLED = (
    BundledStyle("pencil", "Pencil", "pencil"),
    BundledStyle("comic", "Comic", "comic"),
    BundledStyle("poster", "Poster", "poster"),
    BundledStyle("toon", "Toon", "toon"),
    BundledStyle("watercolour", "Watercolour", "watercolour"),
)

BUNDLED: Mapping[str, BundledStyle] = MappingProxyType({style.name: style for style in _BUNDLED})
STYLES: Mapping[str, BundledStyle | FineTunedStyle] = MappingProxyType(
    {**BUNDLED, **{name: FineTunedStyle(name) for name in FINE_TUNED_STYLES}}
)
"""All styles by name; a domain's row says which are its own."""


@dataclass(frozen=True)
class Style:
    """A style that is open: what draws an inversion in it."""

    offsets: Offsets | None = None
    """Of the domain's own generator."""
    generator: Generator | None = None
    """Or the one that draws in its place."""
    layers: tuple[int, ...] = ()
    """Whose offsets it takes from the inversion, where it has a generator of its own."""

    def of(self, model: Model, inversion: Inversion, amount: float = DEFAULT_STYLE_AMOUNT) -> tuple[Model, Inversion]:
        """The model and the inversion to draw, morph and edit in the style; `amount` from 0, more me, to 1, more style.

        With a generator of its own the style is whole throughout, and 0 is the published way.
        """
        if self.generator:
            assert isinstance(model, nn.Module)
            fine = {layer: offset for layer, offset in inversion.offsets.items() if layer in self.layers}
            return with_generator(model, self.generator), replace(inversion, offsets=times(fine, 1 - amount))
        moved = times(self.offsets or {}, LEAST_STYLE + (1 - LEAST_STYLE) * amount)
        return model, replace(inversion, offsets=add_offsets(times(inversion.offsets, 1), moved))


def with_generator(model: M, generator: Generator) -> M:
    """The same model but for its generator, on the same device; all other networks are shared."""
    other = copy.copy(model)
    placed(generator, next(model.parameters()).device)
    other._modules = model._modules | {"generator": generator}
    return other


def times(offsets: Offsets, factor: float) -> Offsets:
    """Offsets in 32 bits, `factor` times as large."""
    return {layer: offset.float() * factor for layer, offset in offsets.items()}


def styles_of(domain: Domain) -> Mapping[str, BundledStyle | FineTunedStyle]:
    """The styles of a domain by name."""
    return {name: STYLES[name] for name in domain.styles}


def open_style(domain: Domain, name: str) -> Style:
    """A style of a domain; a generator of its own is fetched where it is not here yet."""
    styles = styles_of(domain)
    if name not in styles:
        having = ", ".join(other.name for other in DOMAINS.values() if other.styles)
        known = f"choose one of {', '.join(styles)}." if styles else f"styles are for {having}."
        raise StudioError(f"There is no style {name!r} for {domain.name}: {known}")
    return styles[name].open()


def read_style(path: Path) -> Offsets:
    """The offsets in a style's file."""
    try:
        return {int(layer): offset.float() for layer, offset in load_file(path).items()}
    except (SafetensorError, OSError, ValueError) as error:
        raise StudioError(f"{path.name} is missing or damaged: get this copy of the program again.") from error


def write_style(path: Path, offsets: Offsets, story: Mapping[str, str]) -> None:
    """Write a style's offsets in half precision, with what there is to tell about them."""
    ensure_dir(path.parent)
    limit = torch.finfo(torch.float16).max
    halves = {str(layer): offset.clamp(-limit, limit).half().contiguous() for layer, offset in offsets.items()}
    with atomic_write(path) as part:
        part.write_bytes(save(halves, dict(story)))
