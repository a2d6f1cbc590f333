"""Reports of directions: metadata for the shipped file, tables and strips of pictures for docs/."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from hyperstyle.editing.directions import MAX_AMOUNT, Direction, Edit, apply_edits
from hyperstyle.files import atomic_write, ensure_dir
from hyperstyle.metrics.attributes import LABELS
from hyperstyle.networks.mobile_stylegan import MobileGenerator
from hyperstyle.photo.tensors import to_pixels
from hyperstyle.training.core.doc_sections import write_section
from hyperstyle.training.core.generated_pictures import Renderer
from hyperstyle.training.directions.measure_directions import Effect, FaceMeasurements, render_all
from hyperstyle.training.directions.plans import FittedDirection

AMOUNTS = (-MAX_AMOUNT, -MAX_AMOUNT / 2, 0.0, MAX_AMOUNT / 2, MAX_AMOUNT)
STRIP_FACES = (21, 34)  # indices of test faces: a woman and a boy, without glasses or beard
STRIP_SIDE, STRIP_QUALITY = 192, 85


@dataclass(frozen=True)
class MeasuredDirection:
    """A fitted direction, and its measured effect on test faces."""

    fitted: FittedDirection
    before: FaceMeasurements
    effect: Effect
    spread: NDArray[np.float32]
    """Standard deviation of every label over all labelled pictures, [labels]."""

    def own_label(self) -> tuple[float, float, float]:
        """Return the mean of the direction's own label at the slider's low end, at 0 and at its high end."""
        column = LABELS.index(self.fitted.direction.name)
        low, before, high = (seen.labels[:, column].mean() for seen in (self.effect.low, self.before, self.effect.high))
        return float(low), float(before), float(high)

    def label_changes(self, seen: FaceMeasurements) -> NDArray[np.float32]:
        """Return the mean change of every label, [labels], in units of its standard deviation."""
        return (seen.labels - self.before.labels).mean(0) / self.spread


def metadata_of(measured: MeasuredDirection) -> dict[str, Any]:
    """Return the metadata of a direction in the shipped file."""
    fitted, effect, before = measured.fitted, measured.effect, measured.before
    return {
        "label": fitted.direction.name,
        "fitted_on": fitted.n_fitted,
        "held_out": fitted.n_held_out,
        "accuracy": round(fitted.accuracy, 4),
        "accuracy_set_apart": round(fitted.orthogonal_accuracy, 4),
        "tried_on": len(before.labels),
        "own_label": rounded(measured.own_label()),
        "identity_distance": rounded((effect.low.distance(before), effect.high.distance(before))),
        "faces_lost": [effect.low.lost, effect.high.lost],
        "side_effects": {
            name: rounded((low, high))
            for name, low, high in zip(
                LABELS, measured.label_changes(effect.low), measured.label_changes(effect.high), strict=True
            )
            if name != fitted.direction.name
        },
    }


def rounded(values: tuple[float, ...]) -> list[float]:
    """Round to three decimals."""
    return [round(float(value), 3) for value in values]


def write_report(docs: Path, measured: list[MeasuredDirection], draw: Renderer, faces: Tensor) -> None:
    """Write the strips to docs/directions/, and the tables between the marks in docs/directions.md."""
    folder = ensure_dir(docs / "directions")
    for one in measured:
        strip = strip_of(one.fitted.direction, draw, faces[list(STRIP_FACES)])
        with atomic_write(folder / f"{one.fitted.direction.name}.jpg") as part:
            strip.save(part, "JPEG", quality=STRIP_QUALITY)
    write_section(docs / "directions.md", tables(measured))


def strip_of(direction: Direction, draw: Renderer, faces: Tensor) -> Image.Image:
    """Render a row of pictures for each face of `faces` [N, 512], from the slider's low end to its high end."""
    rows = []
    for face in faces:
        codes = [apply_edits(face[None], [Edit(direction, amount)], MobileGenerator.n_styles) for amount in AMOUNTS]
        rows.append(torch.cat([render_all(draw, code)[0] for code in codes], 2))
    strip = Image.fromarray(to_pixels(torch.cat(rows, 1)))
    return strip.resize((STRIP_SIDE * len(AMOUNTS), STRIP_SIDE * len(faces)), Image.Resampling.BOX)


def tables(measured: list[MeasuredDirection]) -> str:
    """Return the section of docs/directions.md: a table of directions, a table of side effects, and the strips."""
    return "\n".join((*_own_table(measured), "", *_side_table(measured), "", *_strips(measured)))


def _own_table(measured: list[MeasuredDirection]) -> list[str]:
    lines = [
        "| direction | -5 / +5 | styles | reach in W | held-out accuracy | set apart | own label at -5 / 0 / +5 "
        "| identity distance at -5 / +5 | faces lost |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for one in measured:
        direction, effect = one.fitted.direction, one.effect
        lines.append(
            f"| {direction.title} (`{direction.name}`) | {direction.less} / {direction.more} "
            f"| {direction.styles[0]}-{direction.styles[1] - 1} | {direction.reach:g} "
            f"| {one.fitted.accuracy:.1%} | {one.fitted.orthogonal_accuracy:.1%} "
            f"| {' / '.join(f'{value:.2f}' for value in one.own_label())} "
            f"| {effect.low.distance(one.before):.2f} / {effect.high.distance(one.before):.2f} "
            f"| {effect.low.lost} / {effect.high.lost} of {len(one.before.labels)} |"
        )
    return lines


def _side_table(measured: list[MeasuredDirection]) -> list[str]:
    """Return the changes of all labels at either end, in standard deviations; the direction's own label in bold."""
    lines = [f"| | {' | '.join(LABELS)} |", "|---" * (len(LABELS) + 1) + "|"]
    for one in measured:
        for end, seen in (("-5", one.effect.low), ("+5", one.effect.high)):
            moves = zip(LABELS, one.label_changes(seen), strict=True)
            cells = [
                f"**{move:+.1f}**" if name == one.fitted.direction.name else f"{move:+.1f}" for name, move in moves
            ]
            lines.append(f"| {one.fitted.direction.name} {end} | {' | '.join(cells)} |")
    return lines


def _strips(measured: list[MeasuredDirection]) -> list[str]:
    return [
        f"**{one.fitted.direction.title}**: -5, -2.5, 0, 2.5, 5\n\n"
        f"![{one.fitted.direction.less} to {one.fitted.direction.more}](directions/{one.fitted.direction.name}.jpg)\n"
        for one in measured
    ]
