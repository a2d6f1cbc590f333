"""Styles (pencil, toon, ...): an inversion drawn by a generator that was fine-tuned to another domain.

The inversion's weight offsets are applied to the fine-tuned generator, so the drawing keeps the person. Every style is
a row of `STYLES`. Those of the embedded generator are weight offsets in assets/styles/, or the generator of another of
our domains; those of the full-size one are whole generators that others fine-tuned, in the published layout.
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
from hyperstyle.inversion.hyperstyle import Model
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.networks.code_transform import CodeTransform
from hyperstyle.networks.compact_generator import CompactGenerator
from hyperstyle.networks.generator import Generator, Offsets, add_offsets
from hyperstyle.networks.guest_generator import GuestGenerator
from hyperstyle.networks.stylegan2 import StyleGan2
from hyperstyle.paths import ASSETS
from hyperstyle.weights.catalogue import STYLE, WEIGHTS
from hyperstyle.weights.embedded_loading import load_compact_generator
from hyperstyle.weights.fetching import fetch, status
from hyperstyle.weights.model_loading import load, placed
from hyperstyle.weights.weight_sources import Weight

M = TypeVar("M", bound=nn.Module)

FOLDER = ASSETS / "styles"
MIN_TRUNCATION = 0.5  # of a guest's codes, at an amount of 1
MIN_STYLE = 0.5  # factor of a bundled style's offsets at an amount of 0: with less, it looks like a damaged photo

FINE_LAYERS = tuple(range(7, 16))
"""Layers of the embedded generator from 64 pixels on, which change tone, line and texture, but not shapes."""
PUBLISHED_LAYERS = (14, 15, 17, 18, 20, 21, 23, 24)
"""Layers whose offsets HyperStyle's authors apply to a fine-tuned StyleGAN2."""


@dataclass(frozen=True)
class BundledStyle:
    """A style in assets/: weight offsets of the embedded generator."""

    name: str
    title: str
    layers: tuple[int, ...] = FINE_LAYERS
    """Layers whose kernels the style offsets."""

    @property
    def path(self) -> Path:
        """File of its offsets, in half precision."""
        return FOLDER / f"{self.name}.safetensors"

    @property
    def at_hand(self) -> bool:
        """True if it can be drawn without a download."""
        return self.path.exists()

    def open(self) -> "Style":
        """Load the style."""
        return Style(offsets=read_style(self.path))


@dataclass(frozen=True)
class FineTunedStyle:
    """A style of the full-size models: a whole generator of faces that others fine-tuned."""

    name: str
    layers: tuple[int, ...] = PUBLISHED_LAYERS
    """Layers to which the inversion's offsets are applied."""

    @property
    def weight(self) -> Weight:
        """Row of the generator's file in the catalogue: title, sources, licence and hash."""
        return WEIGHTS[STYLE + self.name]

    @property
    def title(self) -> str:
        """Title for people."""
        return self.weight.title.removeprefix("Style: ")

    @property
    def at_hand(self) -> bool:
        """True if it can be drawn without a download."""
        return status(self.weight).path is not None

    def open(self) -> "Style":
        """Load the style; a missing generator is downloaded."""
        generator = load(StyleGan2, fetch(self.weight)).eval().requires_grad_(False)
        return Style(generator=generator, layers=self.layers)


@dataclass(frozen=True)
class GuestStyle:
    """A style of the embedded generator: the person's code, drawn by the generator of another domain."""

    name: str
    title: str
    domain: str
    """Name of the other domain, whose model is compact."""

    @property
    def at_hand(self) -> bool:
        """True if it can be drawn without a download."""
        return not DOMAINS[self.domain].missing_assets()

    def open(self) -> "GuestDrawing":
        """Load the style."""
        return GuestDrawing(*load_compact_generator(ASSETS / self.domain))


_BUNDLED = (
    BundledStyle("pencil", "Pencil"),
    BundledStyle("comic", "Comic"),
    BundledStyle("poster", "Poster"),
    BundledStyle("toon", "Toon"),
    BundledStyle("watercolour", "Watercolour"),
)

BUNDLED: Mapping[str, BundledStyle] = MappingProxyType({style.name: style for style in _BUNDLED})
AnyStyle = BundledStyle | GuestStyle | FineTunedStyle
BIG_CAT = GuestStyle("big-cat", "Big cat", "wild-lite")
STYLES: Mapping[str, AnyStyle] = MappingProxyType(
    {**BUNDLED, BIG_CAT.name: BIG_CAT, **{name: FineTunedStyle(name) for name in FINE_TUNED_STYLES}}
)
"""All styles by name; `Domain.styles` lists those of a domain."""


@dataclass(frozen=True)
class Style:
    """A loaded style: either weight offsets for the domain's generator, or a generator of its own."""

    offsets: Offsets | None = None
    """Weight offsets for the domain's generator."""
    generator: Generator | None = None
    """Generator that replaces the domain's."""
    layers: tuple[int, ...] = ()
    """With `generator`: layers to which the inversion's offsets are applied."""

    def apply(
        self, model: Model, inversion: Inversion, amount: float = DEFAULT_STYLE_AMOUNT
    ) -> tuple[Model, Inversion]:
        """Return the model and the inversion that draw an inversion in the style.

        `amount` runs from 0, more of the photo, to 1, more of the style. With `offsets`, the result's offsets are
        `inversion.offsets + (MIN_STYLE + (1 - MIN_STYLE) * amount) * offsets`. With `generator`, they are
        `(1 - amount) * inversion.offsets` in `layers`: an amount of 0 is the published method.
        """
        if self.generator:
            assert isinstance(model, nn.Module)
            fine = {layer: offset for layer, offset in inversion.offsets.items() if layer in self.layers}
            return with_generator(model, self.generator), replace(inversion, offsets=scale_offsets(fine, 1 - amount))
        moved = scale_offsets(self.offsets or {}, MIN_STYLE + (1 - MIN_STYLE) * amount)
        return model, replace(inversion, offsets=add_offsets(scale_offsets(inversion.offsets, 1), moved))


@dataclass(frozen=True)
class GuestDrawing:
    """A loaded `GuestStyle`: the other generator, and the map from codes of faces to its own."""

    host: CompactGenerator
    transform: CodeTransform

    def apply(
        self, model: Model, inversion: Inversion, amount: float = DEFAULT_STYLE_AMOUNT
    ) -> tuple[Model, Inversion]:
        """Return the model and the inversion that draw an inversion in the style.

        `amount` runs from 0, more of the person's own light and pose, to 1, more typical of the other domain.
        """
        assert isinstance(model, nn.Module)
        guest = GuestGenerator(self.host, self.transform, 1 - (1 - MIN_TRUNCATION) * amount)
        return with_generator(model, guest), replace(inversion, offsets={})


def with_generator(model: M, generator: Generator) -> M:
    """Return a copy of a model with another generator, moved to its device; all other networks are shared."""
    other = copy.copy(model)
    placed(generator, next(model.parameters()).device)
    other._modules = model._modules | {"generator": generator}
    return other


def scale_offsets(offsets: Offsets, factor: float) -> Offsets:
    """Return `factor * offsets` in float32."""
    return {layer: offset.float() * factor for layer, offset in offsets.items()}


def styles_of(domain: Domain) -> Mapping[str, AnyStyle]:
    """Return the styles of a domain by name."""
    return {name: STYLES[name] for name in domain.styles}


def open_style(domain: Domain, name: str) -> Style | GuestDrawing:
    """Load a style of a domain; a missing generator is downloaded."""
    styles = styles_of(domain)
    if name not in styles:
        with_styles = ", ".join(other.name for other in DOMAINS.values() if other.styles)
        advice = f"choose one of {', '.join(styles)}." if styles else f"styles are for {with_styles}."
        raise StudioError(f"There is no style {name!r} for {domain.name}: {advice}")
    return styles[name].open()


def read_style(path: Path) -> Offsets:
    """Read the weight offsets of a bundled style."""
    try:
        return {int(layer): offset.float() for layer, offset in load_file(path).items()}
    except (SafetensorError, OSError, ValueError) as error:
        raise StudioError(f"{path.name} is missing or damaged: install the program again.") from error


def write_style(path: Path, offsets: Offsets, story: Mapping[str, str]) -> None:
    """Write the weight offsets of a style in half precision; `story` becomes the file's metadata."""
    ensure_dir(path.parent)
    limit = torch.finfo(torch.float16).max
    halves = {str(layer): offset.clamp(-limit, limit).half().contiguous() for layer, offset in offsets.items()}
    with atomic_write(path) as part:
        part.write_bytes(save(halves, dict(story)))
