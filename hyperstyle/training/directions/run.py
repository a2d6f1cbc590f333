"""Fits, measures and ships directions: from stored pictures to assets/ and docs/."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from hyperstyle.editing.direction_files import write_directions
from hyperstyle.errors import StudioError
from hyperstyle.networks.mobile_stylegan import MappingNetwork
from hyperstyle.training.core.generated_pictures import code_of, numbers_in
from hyperstyle.training.core.picture_labels import PictureLabels, label_pictures
from hyperstyle.training.directions.directions_report import MeasuredDirection, metadata_of, write_report
from hyperstyle.training.directions.measure_directions import Evaluator
from hyperstyle.training.directions.plans import fit_directions

HELD_OUT = 1000  # pictures with smaller numbers are held out
MIN_PICTURES = 3000  # a tenth at either end, 600 in all, to fit 512 coordinates
FIRST_FACE, FACES = 3_000_000, 40  # first number and count of the test faces, which no training uses


def run(
    work: Path, file: Path, docs: Path, mapping: MappingNetwork, evaluator: Evaluator, log: Callable[[str], None]
) -> None:
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
    codes = torch.cat([code_of(number, mapping) for number in numbers])
    found = fit_directions(codes, labels, torch.from_numpy(labels.numbers < HELD_OUT))

    faces = torch.cat([code_of(FIRST_FACE + i, mapping) for i in range(FACES)])
    before, spread = evaluator.measure("before", faces), labels.values.std(0)
    measured = []
    for one in found:
        measured.append(MeasuredDirection(one, before, evaluator.effect(faces, one.direction), spread))
        log(f"{one.direction.name}: {one.accuracy:.1%} of {one.n_held_out} held-out faces on their side")
    write_directions(
        file, [one.direction for one in found], {m.fitted.direction.name: metadata_of(m) for m in measured}
    )
    write_report(docs, measured, evaluator.draw, faces)
