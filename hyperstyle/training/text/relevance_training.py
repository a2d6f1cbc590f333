"""Computes what the channels of a style space mean to a text model, from many pictures, resumable.

StyleCLIP moves one channel of one picture at a time, as far as no face goes by itself, and asks where that leads. Here
many pictures are looked at as they are, and a regression tells which channels go with which direction of the text
model's space while all its other directions stay: channels that together make glasses are found together, and a move
along them stays among the faces that the generator knows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from hyperstyle.editing.channel_relevance import Mapping, Relevance, marks, spreads_of, widths_of
from hyperstyle.editing.text_model import TextModel
from hyperstyle.errors import StudioError
from hyperstyle.files import atomic_write
from hyperstyle.networks.generator import Generator, Styles
from hyperstyle.networks.mobile_stylegan import MappingNetwork
from hyperstyle.training.core.generated_pictures import code_of, file_of, numbers_in, read_picture

CODE = 512
FIRST_FACE = 4_000_000  # seeds of the codes; neither a training nor the faces that directions are tried on have them
BATCH = 200  # pictures between two checkpoints
RIDGE = 0.3  # of the mean variance, for directions along which pictures hardly differ; chosen by looking at edits
STILL = 1e-6  # spread of a channel that does not move


@dataclass(frozen=True, eq=False)
class Subject:
    """A generator whose channels are asked about, and pictures of it."""

    generator: Generator
    mapping: Mapping
    indices: Sequence[int]
    """The styles in question."""
    code: Callable[[int], Tensor]
    """The code [1, 512] of picture 0, 1, ..."""
    picture: Callable[[int], Tensor]
    """That picture [1, 3, H, W]; a small one will do."""


def drawn(
    generator: Generator, mapping: Mapping, indices: Sequence[int], draw: Callable[[Styles, Tensor], Tensor]
) -> Subject:
    """Pictures that are drawn for it, of styles and of the codes that they came from."""
    device = next(generator.parameters()).device

    def code(number: int) -> Tensor:
        source = torch.Generator().manual_seed(FIRST_FACE + number)
        return mapping(torch.randn(1, CODE, generator=source).to(device))

    return Subject(generator, mapping, indices, code, lambda number: draw(generator.styles(code(number)), code(number)))


def stored(generator: Generator, mapping: MappingNetwork, indices: Sequence[int], folder: Path, side: int) -> Subject:
    """The pictures that `train pictures` left in a folder."""
    numbers = numbers_in(folder)
    return Subject(
        *(generator, mapping, indices),
        lambda number: code_of(numbers[number], mapping),
        lambda number: read_picture(file_of(folder, numbers[number]), side)[None],
    )


@torch.no_grad()
def compute(
    checkpoint: Path, subject: Subject, model: TextModel, pictures: int, say: Callable[[str], None]
) -> Relevance:
    """The relevance that so many pictures tell, those in the checkpoint included."""
    known = marks(subject.generator, subject.indices)
    seen = resume(checkpoint, model.name, known)
    while len(seen) < pictures:
        batch = range(len(seen), min(len(seen) + BATCH, pictures))
        seen = torch.cat([seen, *(model.see(subject.picture(number)).cpu() for number in batch)])
        with atomic_write(checkpoint) as part:
            torch.save({"seen": seen, "model": model.name, "marks": known}, part)
        say(f"{len(seen)} of {pictures} pictures")
    spreads = spreads_of(subject.generator, subject.mapping, subject.indices)
    directions = regressed(subject, seen[:pictures].double(), spreads)
    return Relevance(model.name, directions, spreads, widths_of(subject.generator, subject.indices))


def regressed(subject: Subject, seen: Tensor, spreads: Tensor) -> Tensor:
    """The directions [channels, D] of what the first pictures are like [N, D]: at most of unit length.

    Their inner product with a direction is how many spreads every channel moves along it, up to one common factor.
    """
    apart = seen - seen.mean(0)
    along = torch.zeros(len(spreads), apart.shape[1], dtype=apart.dtype)
    for first in range(0, len(seen), BATCH):
        batch = range(first, min(first + BATCH, len(seen)))
        styles = subject.generator.styles(torch.cat([subject.code(number) for number in batch]))
        rows = torch.cat([styles[index].double().cpu() for index in subject.indices], 1)
        along += rows.T @ apart[first : batch.stop]
    own = apart.T @ apart
    own += RIDGE * own.diagonal().mean() * torch.eye(len(own), dtype=own.dtype)
    moves = torch.linalg.solve(own, along, left=False) / spreads[:, None].clamp(min=STILL)
    return (moves / moves.norm(dim=1).max()).float()


def resume(checkpoint: Path, model: str, known: Tensor) -> Tensor:
    """What the first pictures are like [N, D]; a `StudioError` where the checkpoint is that of others."""
    if not checkpoint.exists():
        return torch.zeros(0)
    saved = torch.load(checkpoint, weights_only=True)
    if saved["model"] != model or "seen" not in saved or not torch.equal(saved["marks"], known):
        raise StudioError(
            f"{checkpoint.name} is of another generator, text model or way: name another folder, or delete it."
        )
    return saved["seen"]
