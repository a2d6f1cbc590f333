"""Reports of directions: metadata for the shipped file, tables and strips of pictures for docs/."""

from collections.abc import Mapping
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

Story = dict[str, Any]
"""Metadata of a direction in the shipped file: how it was fitted and what it does, as JSON values by name."""

AMOUNTS = (-MAX_AMOUNT, -MAX_AMOUNT / 2, 0.0, MAX_AMOUNT / 2, MAX_AMOUNT)
STRIP_FACES = (21, 34)  # indices of test faces: a woman and a boy, without glasses or beard
STRIP_SIDE, STRIP_QUALITY = 192, 85


@dataclass(frozen=True)
class MeasuredDirection:
    """A direction, and its measured effect on test faces."""

    direction: Direction
    before: FaceMeasurements
    effect: Effect
    spread: NDArray[np.float32]
    """Standard deviation of every label over all labelled pictures, [labels]."""

    def own_label(self) -> tuple[float, float, float]:
        """Return the mean of the direction's own label at the slider's low end, at 0 and at its high end."""
        column = LABELS.index(self.direction.name)
        low, before, high = (seen.labels[:, column].mean() for seen in (self.effect.low, self.before, self.effect.high))
        return float(low), float(before), float(high)

    def label_changes(self, seen: FaceMeasurements) -> NDArray[np.float32]:
        """Return the mean change of every label, [labels], in units of its standard deviation."""
        return (seen.labels - self.before.labels).mean(0) / self.spread


def fit_story(fitted: FittedDirection) -> Story:
    """Return what the shipped file's metadata say about how a direction was fitted."""
    return {
        "label": fitted.direction.name,
        "fitted_on": fitted.n_fitted,
        "held_out": fitted.n_held_out,
        "accuracy": round(fitted.accuracy, 4),
        "accuracy_set_apart": round(fitted.orthogonal_accuracy, 4),
    }


def effect_story(measured: MeasuredDirection) -> Story:
    """Return what the shipped file's metadata say about what a direction does."""
    effect, before = measured.effect, measured.before
    return {
        "tried_on": len(before.labels),
        "own_label": rounded(measured.own_label()),
        "identity_distance": rounded((effect.low.distance(before), effect.high.distance(before))),
        "faces_lost": [effect.low.lost, effect.high.lost],
        "spread": float(f"{measured.spread[LABELS.index(measured.direction.name)]:.4g}"),
        "side_effects": {
            name: rounded((low, high))
            for name, low, high in zip(
                LABELS, measured.label_changes(effect.low), measured.label_changes(effect.high), strict=True
            )
            if name != measured.direction.name
        },
    }


def rounded(values: tuple[float, ...]) -> list[float]:
    """Round to three decimals."""
    return [round(float(value), 3) for value in values]


def write_strips(docs: Path, directions: list[Direction], draw: Renderer, faces: Tensor) -> None:
    """Write strips of pictures of directions to docs/directions/."""
    folder = ensure_dir(docs / "directions")
    for direction in directions:
        strip = strip_of(direction, draw, faces[list(STRIP_FACES)])
        with atomic_write(folder / f"{direction.name}.jpg") as part:
            strip.save(part, "JPEG", quality=STRIP_QUALITY)


def strip_of(direction: Direction, draw: Renderer, faces: Tensor) -> Image.Image:
    """Render a row of pictures for each face of `faces` [N, 512], from the slider's low end to its high end."""
    rows = []
    for face in faces:
        codes = [apply_edits(face[None], [Edit(direction, amount)], MobileGenerator.n_styles) for amount in AMOUNTS]
        rows.append(torch.cat([render_all(draw, code)[0] for code in codes], 2))
    strip = Image.fromarray(to_pixels(torch.cat(rows, 1)))
    return strip.resize((STRIP_SIDE * len(AMOUNTS), STRIP_SIDE * len(faces)), Image.Resampling.BOX)


def write_report(docs: Path, directions: list[Direction], stories: Mapping[str, Story]) -> None:
    """Write the tables, and what shows the strips, between the marks in docs/directions.md.

    `stories` are what the shipped file's metadata say, by name.
    """
    parts = (*_own_table(directions, stories), "", *_side_table(stories), "", *_strips(directions))
    write_section(docs / "directions.md", "\n".join(parts))


def _own_table(directions: list[Direction], stories: Mapping[str, Story]) -> list[str]:
    lines = [
        "| direction | -5 / +5 | styles | reach in W | held-out accuracy | set apart | own label at -5 / 0 / +5 "
        "| identity distance at -5 / +5 | faces lost |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for direction in directions:
        story = stories[direction.name]
        own, identity = (
            " / ".join(f"{value:.2f}" for value in story[key]) for key in ("own_label", "identity_distance")
        )
        lines.append(
            f"| {direction.title} (`{direction.name}`) | {direction.less} / {direction.more} "
            f"| {direction.styles[0]}-{direction.styles[1] - 1} | {direction.reach:.3g} "
            f"| {story['accuracy']:.1%} | {story['accuracy_set_apart']:.1%} | {own} | {identity} "
            f"| {' / '.join(map(str, story['faces_lost']))} of {story['tried_on']} |"
        )
    return lines


def _side_table(stories: Mapping[str, Story]) -> list[str]:
    """Return the changes of all labels at either end, in standard deviations; the direction's own label in bold."""
    lines = [f"| | {' | '.join(LABELS)} |", "|---" * (len(LABELS) + 1) + "|"]
    for direction in LABELS:
        story = stories[direction]
        low, before, high = story["own_label"]
        own = ((low - before) / story["spread"], (high - before) / story["spread"])
        changes = story["side_effects"] | {direction: own}
        for place, end in enumerate(("-5", "+5")):
            moves = ((name, f"{changes[name][place]:+.1f}") for name in LABELS)
            cells = [f"**{move}**" if name == direction else move for name, move in moves]
            lines.append(f"| {direction} {end} | {' | '.join(cells)} |")
    return lines


def _strips(directions: list[Direction]) -> list[str]:
    return [
        f"**{direction.title}**: -5, -2.5, 0, 2.5, 5\n\n"
        f"![{direction.less} to {direction.more}](directions/{direction.name}.jpg)\n"
        for direction in directions
    ]
