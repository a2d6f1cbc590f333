"""Measures the animals' model on held-out photos, and writes the tables of docs/wild.md."""

import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from hyperstyle.editing.directions import MAX_AMOUNT, Direction, Edit, apply_edits
from hyperstyle.inversion import hyperstyle
from hyperstyle.inversion.polish import POLISH_STEPS, polish
from hyperstyle.inversion.step import Step
from hyperstyle.networks.compact_model import CompactModel
from hyperstyle.training.animals.classifier import CLASSES, Classifier
from hyperstyle.training.animals.directions_training import lightness, warmth
from hyperstyle.training.core.doc_sections import write_section

MEASURES = {"coat": warmth, "light": lightness}
"""Direction -> measure [N] of pictures that it raises."""
REFINEMENTS = 5


@dataclass
class Distances:
    """Distances of one stage's pictures from their photos."""

    l2: list[float] = field(default_factory=list)
    lpips: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    """Time from the photo to this stage's picture."""


@torch.no_grad()
def invert_all(model: CompactModel, photos: Tensor) -> tuple[dict[str, Distances], list[Step]]:
    """Invert and polish photos [N, 3, 256, 256]; return the distances by stage, and the inversions before polish."""
    stages = {"code": Distances(), "five refinements": Distances(), "polish": Distances()}
    inverted = []
    for photo in photos.split(1):
        start = time.perf_counter()

        def note(stage: str, picture: Tensor, photo: Tensor = photo, start: float = start) -> None:
            stages[stage].seconds.append(time.perf_counter() - start)
            stages[stage].l2.append(float((picture - photo).square().mean()))
            stages[stage].lpips.append(float(model.lpips(picture, photo)))

        for step in hyperstyle.invert(model, photo, REFINEMENTS):
            if step.index == 0:
                note("code", step.picture)
        note("five refinements", step.picture)
        inverted.append(step)
        *_, polished = polish(model, photo, step, POLISH_STEPS)
        note("polish", polished.picture)
    return stages, inverted


@torch.no_grad()
def edited(model: CompactModel, step: Step, direction: Direction, amount: float) -> Tensor:
    """Return the picture [1, 3, 256, 256] of an inversion, moved along a direction."""
    generator = model.generator
    codes = apply_edits(step.codes, [Edit(direction, amount)], generator.n_styles)
    return generator.synthesize(generator.styles(codes), generator.kernels(step.offsets))


def success(model: CompactModel, steps: list[Step], direction: Direction, classifier: Classifier) -> float | None:
    """Return the share of inversions on which a direction does what it says; None if nothing measures it.

    A kind has to be the likeliest at the slider's end; a measure has to rise from one end to the other.
    """
    high = torch.cat([edited(model, step, direction, MAX_AMOUNT) for step in steps])
    if direction.name in CLASSES:
        return classifier.kinds(high).count(direction.name) / len(steps)
    if direction.name not in MEASURES:
        return None
    low = torch.cat([edited(model, step, direction, -MAX_AMOUNT) for step in steps])
    measure = MEASURES[direction.name]
    return float((measure(high) > measure(low)).float().mean())


def tables(stages: dict[str, Distances], directions: list[Direction], shares: list[float | None]) -> str:
    """Return the measured section of docs/wild.md."""
    lines = ["| | L2 | LPIPS | seconds |", "|---|---|---|---|"]
    for stage, seen in stages.items():
        means = (statistics.mean(seen.l2), statistics.mean(seen.lpips), statistics.median(seen.seconds))
        lines.append(f"| {stage} | {means[0]:.4f} | {means[1]:.3f} | {means[2]:.1f} |")
    lines += ["", "| direction | from / to | does what it says on |", "|---|---|---|"]
    for direction, share in zip(directions, shares, strict=True):
        said = "not measured" if share is None else f"{share:.0%}"
        lines.append(f"| {direction.title} (`{direction.name}`) | {direction.less} / {direction.more} | {said} |")
    return "\n".join(lines)


def write_report(
    model: CompactModel, photos: Tensor, directions: list[Direction], classifier: Classifier, page: Path
) -> None:
    """Measure held-out photos [N, 3, 256, 256] and write the section of `page`."""
    stages, steps = invert_all(model, photos)
    shares = [success(model, steps, direction, classifier) for direction in directions]
    write_section(page, tables(stages, directions, shares))
