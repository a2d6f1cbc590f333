"""What the channels of a generator's style space mean to a text model, and how much they vary: StyleCLIP's two tables.

A channel's row says along which direction of the text model's space pictures move when it grows.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.lib import format as npy
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor
from torch.nn import functional as F

from hyperstyle.errors import StudioError
from hyperstyle.files import atomic_write
from hyperstyle.networks.generator import Generator
from hyperstyle.networks.stylegan2 import Kind, StyleGan2

FORMAT = "hyperstyle relevance"
CODE = 512
SAMPLES, BATCH = 4000, 1000  # of W, for standard deviations that are known to a hundredth
NEAR = 0.05  # what bfloat16 may make of the same modulations, as a share
PUBLISHED_MOVED = 11  # convolutions whose styles the published code moves; the finer ones only shift colours
PUBLISHED_SPACE = 512  # of ViT-B/32

Mapping = Callable[[Tensor], Tensor]
"""Normal vectors [N, 512] to codes in W."""


@dataclass(frozen=True, eq=False)
class Relevance:
    """Of some styles of one generator, to one text model."""

    model: str
    """Name of the text model."""
    directions: Tensor
    """[channels, D], at most unit length; those of channels that do not move are next to zero."""
    spreads: Tensor
    """[channels], standard deviations."""
    widths: tuple[tuple[int, int], ...]
    """The styles in order: index, and how many of the channels are its own."""

    def split(self, channels: Tensor) -> dict[int, Tensor]:
        """Index of a style -> its part of a move [channels], for the styles that move at all."""
        parts = channels.split([width for _, width in self.widths])
        return {index: part for (index, _), part in zip(self.widths, parts, strict=True) if part.any()}


def widths_of(generator: Generator, indices: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Indices of styles with how many channels each has."""
    styles = generator.styles(probe(generator))
    return tuple((index, styles[index].shape[1]) for index in indices)


@torch.no_grad()
def spreads_of(generator: Generator, mapping: Mapping, indices: Sequence[int]) -> Tensor:
    """The standard deviations [channels] of some styles over W."""
    source, device = torch.Generator().manual_seed(0), next(generator.parameters()).device
    rows = []
    for _ in range(SAMPLES // BATCH):
        codes = mapping(torch.randn(BATCH, CODE, generator=source).to(device))
        styles = generator.styles(codes)
        rows.append(torch.cat([styles[index].float() for index in indices], 1).cpu())
    return torch.cat(rows).std(0)


def probe(generator: Generator) -> Tensor:
    """A code [1, 512] whose styles tell one generator from another."""
    return torch.randn(1, CODE, generator=torch.Generator().manual_seed(1)).to(next(generator.parameters()).device)


@torch.no_grad()
def marks(generator: Generator, indices: Sequence[int]) -> Tensor:
    """What the modulations of a generator make of the probe: [channels]."""
    styles = generator.styles(probe(generator))
    return torch.cat([styles[index][0].float().cpu() for index in indices])


def write_relevance(path: Path, relevance: Relevance, generator: Generator, story: dict[str, str]) -> None:
    """Write it, with marks by which its generator is known, and what there is to tell about it."""
    tensors = {
        "directions": relevance.directions.half().contiguous(),
        "spreads": relevance.spreads.float().contiguous(),
        "marks": marks(generator, [index for index, _ in relevance.widths]).contiguous(),
    }
    about = {"format": FORMAT, "model": relevance.model, "widths": json.dumps(relevance.widths)}
    with atomic_write(path) as part:
        part.write_bytes(save(tensors, about | story))


def read_relevance(path: Path, model: str, generator: Generator) -> Relevance:
    """The relevance of a generator to a text model; a `StudioError` where the file is that of others."""
    try:
        with safe_open(path, "pt") as file:
            about = file.metadata() or {}
            if about.get("format") != FORMAT:
                raise StudioError(
                    f"{path.name} holds no relevance: make one with `python -m hyperstyle train relevance`."
                )
            widths = tuple((int(index), int(width)) for index, width in json.loads(about["widths"]))
            tensors = {name: file.get_tensor(name).float() for name in ("directions", "spreads", "marks")}
    except FileNotFoundError as error:
        raise StudioError(f"{path} is missing: make it with `python -m hyperstyle train relevance`.") from error
    except (SafetensorError, OSError, KeyError, ValueError, TypeError) as error:
        raise StudioError(
            f"{path.name} is damaged: make it again with `python -m hyperstyle train relevance`."
        ) from error
    if about["model"] != model:
        raise StudioError(f"{path.name} is for the text model {about['model']!r} and not for {model!r}.")
    if not _same(generator, widths, tensors["marks"]):
        raise StudioError(
            f"{path.name} has the relevance and statistics of another generator: make this one's with "
            "`python -m hyperstyle train relevance`."
        )
    return Relevance(model, tensors["directions"], tensors["spreads"], widths)


def _same(generator: Generator, widths: tuple[tuple[int, int], ...], known: Tensor) -> bool:
    """Whether a generator has styles of these widths, and they are what is known of them."""
    styles = generator.styles(probe(generator))
    if any(index >= len(styles) or styles[index].shape[1] != width for index, width in widths):
        return False
    return bool((marks(generator, [index for index, _ in widths]) - known).norm() < NEAR * known.norm())


def convolutions(generator: StyleGan2) -> list[int]:
    """The styles that relevance is about: of all convolutions but those to pictures."""
    return [index for index, layer in enumerate(generator.layer_list()) if layer.shape.kind is not Kind.RGB]


def read_published(path: Path, model: str, generator: StyleGan2, mapping: Mapping) -> Relevance:
    """StyleCLIP's own table for StyleGAN2 FFHQ, `fs3.npy` [6048, 512]; the statistics are taken from the generator.

    The published edits move the first 11 convolutions alone, and so do these.
    """
    indices = convolutions(generator)
    widths = widths_of(generator, indices)
    try:
        with path.open("rb") as file:
            table = npy.read_array(file, allow_pickle=False)
    except FileNotFoundError as error:
        raise StudioError(f"{path} is missing: get it with `python -m hyperstyle weights get faces`.") from error
    except (OSError, ValueError) as error:
        raise StudioError(f"{path.name} is damaged, or no table of numbers: get it again.") from error
    expected = (sum(width for _, width in widths), PUBLISHED_SPACE)
    if table.shape != expected or not np.isfinite(table).all():
        raise StudioError(f"{path.name} has the relevance of another generator: {list(expected)} numbers are expected.")
    directions, spreads = torch.from_numpy(table).float(), spreads_of(generator, mapping, indices)
    spreads[sum(width for _, width in widths[:PUBLISHED_MOVED]) :] = 0
    return Relevance(model, F.normalize(directions, dim=1), spreads, widths)
