"""Computes the relevance of style channels to the directions of a text model's space, from many pictures; resumable.

StyleCLIP moves one channel of a picture at a time, farther than channels vary by themselves, and embeds the result.
Here many unedited pictures are embedded, and a ridge regression tells how channels vary with each direction of the
embedding space while all other directions stay fixed. So channels that form glasses together are found together, and
moving them keeps to faces that the generator knows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from hyperstyle.editing.channel_relevance import MappingFunction, Relevance, fingerprint, style_deviations, style_widths
from hyperstyle.editing.text_model import TextModel
from hyperstyle.errors import StudioError
from hyperstyle.files import atomic_write
from hyperstyle.networks.generator import Generator, Styles
from hyperstyle.networks.mobile_stylegan import MappingNetwork
from hyperstyle.training.core.generated_pictures import code_of, file_of, numbers_in, read_picture

CODE = 512
FIRST_FACE = 4_000_000  # first random seed of the codes; stored pictures and the test faces of directions have others
BATCH = 200  # pictures between two checkpoints
RIDGE = 0.3  # regularization, relative to the mean variance of the embeddings; chosen by looking at edits
MIN_SPREAD = 1e-6  # lower bound of a channel's standard deviation


@dataclass(frozen=True, eq=False)
class PictureSource:
    """A generator, and numbered pictures of it with their codes."""

    generator: Generator
    mapping: MappingFunction
    indices: Sequence[int]
    """Indices of the styles whose channels get a relevance."""
    code: Callable[[int], Tensor]
    """Returns the code [1, 512] of picture 0, 1, ..."""
    picture: Callable[[int], Tensor]
    """Returns that picture [1, 3, H, W] in [-1, 1], which may be small."""


def rendered_pictures(
    generator: Generator, mapping: MappingFunction, indices: Sequence[int], draw: Callable[[Styles, Tensor], Tensor]
) -> PictureSource:
    """Return a source that renders pictures of random codes; `draw` takes styles and the codes they come from."""
    device = next(generator.parameters()).device

    def code(number: int) -> Tensor:
        random = torch.Generator().manual_seed(FIRST_FACE + number)
        return mapping(torch.randn(1, CODE, generator=random).to(device))

    return PictureSource(
        generator, mapping, indices, code, lambda number: draw(generator.styles(code(number)), code(number))
    )


def stored_pictures(
    generator: Generator, mapping: MappingNetwork, indices: Sequence[int], folder: Path, side: int
) -> PictureSource:
    """Return a source that reads the pictures that `train pictures` left in a folder."""
    numbers = numbers_in(folder)
    return PictureSource(
        *(generator, mapping, indices),
        lambda number: code_of(numbers[number], mapping),
        lambda number: read_picture(file_of(folder, numbers[number]), side)[None],
    )


@torch.no_grad()
def compute(
    checkpoint: Path, source: PictureSource, model: TextModel, pictures: int, log: Callable[[str], None]
) -> Relevance:
    """Compute the relevance from this number of pictures, resuming from the checkpoint."""
    known = fingerprint(source.generator, source.indices)
    embeddings = resume(checkpoint, model.name, known)
    while len(embeddings) < pictures:
        batch = range(len(embeddings), min(len(embeddings) + BATCH, pictures))
        embeddings = torch.cat([embeddings, *(model.embed_pictures(source.picture(number)).cpu() for number in batch)])
        with atomic_write(checkpoint) as part:
            torch.save({"seen": embeddings, "model": model.name, "marks": known}, part)
        log(f"{len(embeddings)} of {pictures} pictures")
    spreads = style_deviations(source.generator, source.mapping, source.indices)
    directions = regress_directions(source, embeddings[:pictures].double(), spreads)
    return Relevance(model.name, directions, spreads, style_widths(source.generator, source.indices))


def regress_directions(source: PictureSource, embeddings: Tensor, spreads: Tensor) -> Tensor:
    """Regress style channels on embeddings [N, D] of the first pictures; return directions [channels, D].

    directions @ d tells how many standard deviations every channel moves along a direction d of the embedding space,
    up to one common factor: the longest row has unit length.
    """
    centred = embeddings - embeddings.mean(0)
    covariance = torch.zeros(len(spreads), centred.shape[1], dtype=centred.dtype)
    for first in range(0, len(embeddings), BATCH):
        batch = range(first, min(first + BATCH, len(embeddings)))
        styles = source.generator.styles(torch.cat([source.code(number) for number in batch]))
        rows = torch.cat([styles[index].double().cpu() for index in source.indices], 1)
        covariance += rows.T @ centred[first : batch.stop]
    gram = centred.T @ centred
    gram += RIDGE * gram.diagonal().mean() * torch.eye(len(gram), dtype=gram.dtype)
    weights = torch.linalg.solve(gram, covariance, left=False) / spreads[:, None].clamp(min=MIN_SPREAD)
    return (weights / weights.norm(dim=1).max()).float()


def resume(checkpoint: Path, model: str, known: Tensor) -> Tensor:
    """Return the embeddings [N, D] in the checkpoint; raise a `StudioError` if other models made it."""
    if not checkpoint.exists():
        return torch.zeros(0)
    saved = torch.load(checkpoint, weights_only=True)
    if saved["model"] != model or "seen" not in saved or not torch.equal(saved["marks"], known):
        raise StudioError(
            f"{checkpoint.name} belongs to another generator, text model or method: name another folder, or delete it."
        )
    return saved["seen"]
