"""The story of every direction: for its metadata, and as tables and strips of pictures in docs/."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from hyperstyle.editing.directions import SLIDER, Direction, Edit, edited
from hyperstyle.files import atomic_write, ensure_dir
from hyperstyle.metrics.attributes import LABELS
from hyperstyle.networks.mobile_stylegan import MobileGenerator
from hyperstyle.photo.tensors import to_pixels
from hyperstyle.training.core.doc_sections import fill
from hyperstyle.training.core.generated_pictures import Draw
from hyperstyle.training.directions.measure_directions import Effect, Seen, drawn
from hyperstyle.training.directions.plans import Found

AMOUNTS = (-SLIDER, -SLIDER / 2, 0.0, SLIDER / 2, SLIDER)
STRIP_FACES = (21, 34)  # of those that directions are tried on: a woman and a boy, without glasses or beard
STRIP_SIDE, STRIP_QUALITY = 192, 85


@dataclass(frozen=True)
class Measured:
    """A direction with what it does."""

    found: Found
    before: Seen
    effect: Effect
    spread: NDArray[np.float32]
    """[labels], the standard deviation of every label over all labelled pictures."""

    def own(self) -> tuple[float, float, float]:
        """The mean of the direction's own label at the slider's low end, before, and at its high end."""
        column = LABELS.index(self.found.direction.name)
        low, before, high = (seen.labels[:, column].mean() for seen in (self.effect.low, self.before, self.effect.high))
        return float(low), float(before), float(high)

    def moves(self, seen: Seen) -> NDArray[np.float32]:
        """The mean change of every label [labels], in its standard deviations."""
        return (seen.labels - self.before.labels).mean(0) / self.spread


def story(measured: Measured) -> dict[str, Any]:
    """What the metadata says of a direction."""
    found, effect, before = measured.found, measured.effect, measured.before
    return {
        "label": found.direction.name,
        "fitted_on": found.fitted,
        "held_out": found.held_out,
        "accuracy": round(found.accuracy, 4),
        "accuracy_set_apart": round(found.apart_accuracy, 4),
        "tried_on": len(before.labels),
        "own_label": rounded(measured.own()),
        "identity_distance": rounded((effect.low.distance(before), effect.high.distance(before))),
        "faces_lost": [effect.low.lost, effect.high.lost],
        "side_effects": {
            name: rounded((low, high))
            for name, low, high in zip(LABELS, measured.moves(effect.low), measured.moves(effect.high), strict=True)
            if name != found.direction.name
        },
    }


def rounded(values: tuple[float, ...]) -> list[float]:
    """Three digits after the point."""
    return [round(float(value), 3) for value in values]


def write_report(docs: Path, measured: list[Measured], draw: Draw, faces: Tensor) -> None:
    """Write the strips to docs/directions/, and the tables between the marks in docs/directions.md."""
    folder = ensure_dir(docs / "directions")
    for one in measured:
        strip = strip_of(one.found.direction, draw, faces[list(STRIP_FACES)])
        with atomic_write(folder / f"{one.found.direction.name}.jpg") as part:
            strip.save(part, "JPEG", quality=STRIP_QUALITY)
    fill(docs / "directions.md", tables(measured))


def strip_of(direction: Direction, draw: Draw, faces: Tensor) -> Image.Image:
    """Faces [N, 512], one to a row, from the low end of the slider to its high end."""
    rows = []
    for face in faces:
        codes = [edited(face[None], [Edit(direction, amount)], MobileGenerator.n_styles) for amount in AMOUNTS]
        rows.append(torch.cat([drawn(draw, code)[0] for code in codes], 2))
    strip = Image.fromarray(to_pixels(torch.cat(rows, 1)))
    return strip.resize((STRIP_SIDE * len(AMOUNTS), STRIP_SIDE * len(faces)), Image.Resampling.BOX)


def tables(measured: list[Measured]) -> str:
    """The two tables and the strips."""
    return "\n".join((*_own_table(measured), "", *_side_table(measured), "", *_strips(measured)))


def _own_table(measured: list[Measured]) -> list[str]:
    lines = [
        "| direction | -5 / +5 | styles | reach in W | held-out accuracy | set apart | own label at -5 / 0 / +5 "
        "| identity distance at -5 / +5 | faces lost |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for one in measured:
        direction, effect = one.found.direction, one.effect
        lines.append(
            f"| {direction.title} (`{direction.name}`) | {direction.less} / {direction.more} "
            f"| {direction.styles[0]}-{direction.styles[1] - 1} | {direction.reach:g} "
            f"| {one.found.accuracy:.1%} | {one.found.apart_accuracy:.1%} "
            f"| {' / '.join(f'{value:.2f}' for value in one.own())} "
            f"| {effect.low.distance(one.before):.2f} / {effect.high.distance(one.before):.2f} "
            f"| {effect.low.lost} / {effect.high.lost} of {len(one.before.labels)} |"
        )
    return lines


def _side_table(measured: list[Measured]) -> list[str]:
    """Changes of all labels from 0 to either end, in standard deviations; the own label's in bold."""
    lines = [f"| | {' | '.join(LABELS)} |", "|---" * (len(LABELS) + 1) + "|"]
    for one in measured:
        for end, seen in (("-5", one.effect.low), ("+5", one.effect.high)):
            moves = zip(LABELS, one.moves(seen), strict=True)
            cells = [f"**{move:+.1f}**" if name == one.found.direction.name else f"{move:+.1f}" for name, move in moves]
            lines.append(f"| {one.found.direction.name} {end} | {' | '.join(cells)} |")
    return lines


def _strips(measured: list[Measured]) -> list[str]:
    return [
        f"**{one.found.direction.title}**: -5, -2.5, 0, 2.5, 5\n\n"
        f"![{one.found.direction.less} to {one.found.direction.more}](directions/{one.found.direction.name}.jpg)\n"
        for one in measured
    ]
