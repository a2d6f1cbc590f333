"""StyleCLIP's relevance of style-space channels, and their standard deviations.

A channel's relevance is the direction in the text model's embedding space along which pictures move when the channel
grows. Its inner product with a text direction says how far moving the channel brings a picture towards the text.
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
SAMPLES, BATCH = 4000, 1000  # codes in W, for standard deviations to about 1 %
TOLERANCE = 0.05  # relative difference of fingerprints, because bfloat16 rounds the modulations
MOVED_CONVOLUTIONS = 11  # whose styles the published code moves; later ones only shift colours
CLIP_DIM = 512  # of ViT-B/32's embeddings

MappingFunction = Callable[[Tensor], Tensor]
"""Maps normal vectors [N, 512] to codes [N, 512] in W."""


@dataclass(frozen=True, eq=False)
class Relevance:
    """Relevance of the channels of one generator's styles to one text model."""

    model: str
    """Name of the text model."""
    directions: Tensor
    """Directions [channels, D] in the embedding space, length at most 1; about 0 for channels that hardly vary."""
    deviations: Tensor
    """Standard deviations [channels] of the channels over W."""
    widths: tuple[tuple[int, int], ...]
    """(index of a style, its number of channels) for every style, in the order of the channels."""

    def split(self, channels: Tensor) -> dict[int, Tensor]:
        """Split a move [channels] by styles: index of a style -> its part, for styles with a part that is not zero."""
        parts = channels.split([width for _, width in self.widths])
        return {index: part for (index, _), part in zip(self.widths, parts, strict=True) if part.any()}


def style_widths(generator: Generator, indices: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Return (index, number of channels) of the styles with those indices."""
    styles = generator.styles(probe_code(generator))
    return tuple((index, styles[index].shape[1]) for index in indices)


@torch.no_grad()
def style_deviations(generator: Generator, mapping: MappingFunction, indices: Sequence[int]) -> Tensor:
    """Return the standard deviations [channels] over W of the styles with those indices."""
    source, device = torch.Generator().manual_seed(0), next(generator.parameters()).device
    rows = []
    for _ in range(SAMPLES // BATCH):
        codes = mapping(torch.randn(BATCH, CODE, generator=source).to(device))
        styles = generator.styles(codes)
        rows.append(torch.cat([styles[index].float() for index in indices], 1).cpu())
    return torch.cat(rows).std(0)


def probe_code(generator: Generator) -> Tensor:
    """Return a fixed code [1, 512], whose styles identify a generator."""
    return torch.randn(1, CODE, generator=torch.Generator().manual_seed(1)).to(next(generator.parameters()).device)


@torch.no_grad()
def fingerprint(generator: Generator, indices: Sequence[int]) -> Tensor:
    """Return the styles [channels] of the probe code, which identify a generator."""
    styles = generator.styles(probe_code(generator))
    return torch.cat([styles[index][0].float().cpu() for index in indices])


def write_relevance(path: Path, relevance: Relevance, generator: Generator, story: dict[str, str]) -> None:
    """Write a relevance with the fingerprint of its generator; `story` becomes further metadata."""
    tensors = {
        "directions": relevance.directions.half().contiguous(),
        "spreads": relevance.deviations.float().contiguous(),
        "marks": fingerprint(generator, [index for index, _ in relevance.widths]).contiguous(),
    }
    about = {"format": FORMAT, "model": relevance.model, "widths": json.dumps(relevance.widths)}
    with atomic_write(path) as part:
        part.write_bytes(save(tensors, about | story))


def read_relevance(path: Path, model: str, generator: Generator) -> Relevance:
    """Read the relevance of a generator to a text model; a `StudioError` where the file is for another of either."""
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
    if not _matches(generator, widths, tensors["marks"]):
        raise StudioError(
            f"{path.name} has the relevance and statistics of another generator: make this one's with "
            "`python -m hyperstyle train relevance`."
        )
    return Relevance(model, tensors["directions"], tensors["spreads"], widths)


def _matches(generator: Generator, widths: tuple[tuple[int, int], ...], known: Tensor) -> bool:
    """Return True if a generator has styles of these widths, and its fingerprint is `known` [channels]."""
    styles = generator.styles(probe_code(generator))
    if any(index >= len(styles) or styles[index].shape[1] != width for index, width in widths):
        return False
    return bool((fingerprint(generator, [index for index, _ in widths]) - known).norm() < TOLERANCE * known.norm())


def convolution_styles(generator: StyleGan2) -> list[int]:
    """Return the indices of the styles of all convolutions but ToRGB: those that have a relevance."""
    return [index for index, layer in enumerate(generator.layer_list()) if layer.shape.kind is not Kind.RGB]


def read_styleclip_table(path: Path, model: str, generator: StyleGan2, mapping: MappingFunction) -> Relevance:
    """Read StyleCLIP's table for StyleGAN2 FFHQ, `fs3.npy` [6048, 512]; standard deviations come from the generator.

    The deviations after the first 11 convolutions are set to 0, because the published edits do not move those.
    """
    indices = convolution_styles(generator)
    widths = style_widths(generator, indices)
    try:
        with path.open("rb") as file:
            table = npy.read_array(file, allow_pickle=False)
    except FileNotFoundError as error:
        raise StudioError(f"{path} is missing: get it with `python -m hyperstyle weights get faces`.") from error
    except (OSError, ValueError) as error:
        raise StudioError(f"{path.name} is damaged, or not a table of numbers: fetch it again.") from error
    expected = (sum(width for _, width in widths), CLIP_DIM)
    if table.shape != expected or not np.isfinite(table).all():
        raise StudioError(f"{path.name} has the relevance of another generator: {list(expected)} numbers are expected.")
    directions, deviations = torch.from_numpy(table).float(), style_deviations(generator, mapping, indices)
    deviations[sum(width for _, width in widths[:MOVED_CONVOLUTIONS]) :] = 0
    return Relevance(model, F.normalize(directions, dim=1), deviations, widths)
