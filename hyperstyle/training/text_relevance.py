"""Computes what the channels of a style space mean to a text model, picture by picture, resumable.

StyleCLIP draws every picture anew for each channel moved either way: a million pictures. Here the picture is drawn once
and its derivatives tell the same of all channels at once, one way back for each dimension of the model's space.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from hyperstyle.editing.relevance import Mapping, Relevance, marks, spreads_of, widths_of
from hyperstyle.editing.text_model import TextModel
from hyperstyle.errors import StudioError
from hyperstyle.networks.generator import Generator, Styles
from hyperstyle.writing import written_whole

CODE = 512
TRUNCATION = 0.7
FIRST_FACE = 4_000_000  # seeds of the codes; neither a training nor the faces that directions are tried on have them


@dataclass(frozen=True, eq=False)
class Subject:
    """A generator whose channels are asked about."""

    generator: Generator
    mapping: Mapping
    draw: Callable[[Styles, Tensor], Tensor]
    """Pictures of styles and of the codes that they came from; small ones will do."""
    indices: Sequence[int]
    """The styles in question."""


@torch.no_grad()
def code_of(subject: Subject, number: int, mean: Tensor) -> Tensor:
    """The code [1, 512] of picture `number`, drawn towards the mean."""
    z = torch.randn(1, CODE, generator=torch.Generator().manual_seed(FIRST_FACE + number))
    return mean + TRUNCATION * (subject.mapping(z.to(mean.device)) - mean)


@torch.no_grad()
def mean_code(subject: Subject) -> Tensor:
    """The mean [1, 512] of W."""
    device = next(subject.generator.parameters()).device
    return subject.mapping(torch.randn(1000, CODE, generator=torch.Generator().manual_seed(0)).to(device)).mean(0, True)


def slopes(subject: Subject, model: TextModel, code: Tensor) -> Tensor:
    """Where a picture moves in the model's space when channels grow: [channels, D], unit length."""
    styles = [style.detach() for style in subject.generator.styles(code)]
    asked = [styles[index].requires_grad_() for index in subject.indices]
    with torch.enable_grad():
        seen = model.see(subject.draw(styles, code))[0]
        ways = [torch.autograd.grad(value, asked, retain_graph=True) for value in seen]
    columns = [torch.cat([slope[0].float() for slope in way]) for way in ways]
    return F.normalize(torch.stack(columns, 1).cpu(), dim=1)


def compute(
    checkpoint: Path, subject: Subject, model: TextModel, pictures: int, say: Callable[[str], None]
) -> Relevance:
    """The mean of the slopes of so many pictures, those in the checkpoint included."""
    known = marks(subject.generator, subject.indices)
    total, done = resume(checkpoint, model.name, known)
    mean = mean_code(subject)
    for number in range(done, pictures):
        total = total + slopes(subject, model, code_of(subject, number, mean))
        with written_whole(checkpoint) as part:
            torch.save({"total": total, "done": number + 1, "model": model.name, "marks": known}, part)
        say(f"{number + 1} of {pictures} pictures")
    spreads = spreads_of(subject.generator, subject.mapping, subject.indices)
    return Relevance(model.name, F.normalize(total, dim=1), spreads, widths_of(subject.generator, subject.indices))


def resume(checkpoint: Path, model: str, known: Tensor) -> tuple[Tensor, int]:
    """The sum so far and of how many pictures; a `StudioError` where the checkpoint is that of others."""
    if not checkpoint.exists():
        return torch.zeros(()), 0
    saved = torch.load(checkpoint, weights_only=True)
    if saved["model"] != model or not torch.equal(saved["marks"], known):
        raise StudioError(
            f"{checkpoint.name} is of another generator or text model: name another folder, or delete it."
        )
    return saved["total"], saved["done"]
