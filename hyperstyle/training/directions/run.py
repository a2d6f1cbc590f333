"""Fits, corrects, measures and ships directions: from stored pictures to assets/ and docs/."""

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from hyperstyle.editing.direction_files import read_directions, read_stories, write_directions
from hyperstyle.errors import StudioError
from hyperstyle.metrics.attributes import LABELS
from hyperstyle.networks.mobile_stylegan import MappingNetwork
from hyperstyle.training.core.generated_pictures import code_of, numbers_in
from hyperstyle.training.core.picture_labels import PictureLabels, label_pictures
from hyperstyle.training.directions.directions_report import (
    MeasuredDirection,
    effect_story,
    fit_story,
    write_report,
    write_strips,
)
from hyperstyle.training.directions.measure_directions import Evaluator
from hyperstyle.training.directions.plans import PLANS, fit_directions
from hyperstyle.training.directions.steady_skin import SkinProbe, steadied

HELD_OUT = 1000  # pictures with smaller numbers are held out
MIN_PICTURES = 3000  # a tenth at either end, 600 in all, to fit 512 coordinates
FIRST_FACE, FACES = 3_000_000, 40  # first number and count of the test faces, which no training uses
FIRST_CORRECTED, CORRECTED = 3_500_000, 150  # those of the faces on which directions are corrected
LIGHTNESS = "brightness"  # the one direction that corrections may have a share in

Log = Callable[[str], None]


def run(work: Path, file: Path, docs: Path, mapping: MappingNetwork, evaluator: Evaluator, log: Log) -> None:
    """Label the pictures in `work`, fit directions, measure them on test faces, and write `file` and the report."""
    numbers = numbers_in(work / "pictures")
    if len(numbers) < MIN_PICTURES:
        raise StudioError(
            f"{work / 'pictures'} holds {len(numbers)} pictures, and directions need {MIN_PICTURES}: make them with "
            "`python -m hyperstyle train pictures`."
        )
    parts = []
    for part in label_pictures(work / "pictures", work / "labels", numbers, evaluator.labeller):
        parts.append(part)
        log(f"{sum(len(part.numbers) for part in parts)} of {len(numbers)} pictures labelled")
    labels = PictureLabels(np.concatenate([p.numbers for p in parts]), np.concatenate([p.values for p in parts]))
    found = fit_directions(_codes(numbers, mapping), labels, torch.from_numpy(labels.numbers < HELD_OUT))

    faces = _test_faces(mapping)
    before, spread = evaluator.measure("before", faces), labels.values.std(0)
    stories = {}
    for one in found:
        measured = MeasuredDirection(one.direction, before, evaluator.effect(faces, one.direction), spread)
        stories[one.direction.name] = fit_story(one) | effect_story(measured)
        log(f"{one.direction.name}: {one.accuracy:.1%} of {one.n_held_out} held-out faces on their side")
    directions = [one.direction for one in found]
    write_directions(file, directions, stories)
    write_report(docs, directions, stories)
    write_strips(docs, directions, evaluator.draw, faces)


def steady_skin(
    file: Path, docs: Path, mapping: MappingNetwork, evaluator: Evaluator, probe: SkinProbe, log: Log
) -> None:
    """Correct the directions in `file` that leave the lightness of skin, measure them, and write file and report."""
    directions, stories = read_directions(file), read_stories(file)
    spread = np.array([stories[name]["spread"] for name in LABELS], np.float32)
    kept = [direction for name, direction in directions.items() if name != LIGHTNESS]
    corrected_on = _codes(range(FIRST_CORRECTED, FIRST_CORRECTED + CORRECTED), mapping)
    faces = _test_faces(mapping)
    before = evaluator.measure("before", faces)
    names = [plan.label for plan in PLANS if plan.steady_skin]
    for name in names:
        direction = directions[name] = steadied(directions[name], kept, corrected_on, probe)
        stories[name] |= effect_story(MeasuredDirection(direction, before, evaluator.effect(faces, direction), spread))
        log(f"{name} is corrected; its reach is {direction.reach:.2f}")
    write_directions(file, list(directions.values()), stories)
    write_report(docs, list(directions.values()), stories)
    write_strips(docs, [directions[name] for name in names], evaluator.draw, faces)


def _test_faces(mapping: MappingNetwork) -> Tensor:
    """Return the codes [40, 512] of the test faces."""
    return _codes(range(FIRST_FACE, FIRST_FACE + FACES), mapping)


def _codes(numbers: Iterable[int], mapping: MappingNetwork) -> Tensor:
    """Return the codes [N, 512] of the pictures with those numbers."""
    return torch.cat([code_of(number, mapping) for number in numbers])
