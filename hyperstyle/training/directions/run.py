"""Finding, measuring and shipping directions, from stored pictures to assets/ and docs/."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from hyperstyle.editing.direction_files import write_directions
from hyperstyle.errors import StudioError
from hyperstyle.metrics.attributes import Labelled, label_pictures
from hyperstyle.networks.mobile_stylegan import MappingNetwork
from hyperstyle.training.core.generated_pictures import code_of, numbers_in
from hyperstyle.training.directions.directions_report import Measured, story, write_report
from hyperstyle.training.directions.measure_directions import Evaluator
from hyperstyle.training.directions.plans import find

HELD_OUT = 1000  # pictures of smaller numbers judge boundaries and are never fitted on
ENOUGH = 3000  # pictures, of which a tenth at either end are fitted on, for 512 coordinates
FIRST_FACE, FACES = 3_000_000, 40  # numbers of the faces that directions are tried on; no training makes them


def run(
    work: Path, file: Path, docs: Path, mapping: MappingNetwork, eyes: Evaluator, say: Callable[[str], None]
) -> None:
    """Label the pictures in `work`, find the directions, try them on other faces; write `file` and the report."""
    numbers = numbers_in(work / "pictures")
    if len(numbers) < ENOUGH:
        raise StudioError(
            f"{work / 'pictures'} holds {len(numbers)} pictures, and directions take {ENOUGH}: make them with "
            "`python -m hyperstyle train pictures`."
        )
    parts = []
    for part in label_pictures(work / "pictures", work / "labels", numbers, eyes.labeller):
        parts.append(part)
        say(f"{sum(len(part.numbers) for part in parts)} of {len(numbers)} pictures labelled")
    labels = Labelled(np.concatenate([p.numbers for p in parts]), np.concatenate([p.values for p in parts]))
    codes = torch.cat([code_of(number, mapping) for number in numbers])
    found = find(codes, labels, torch.from_numpy(labels.numbers < HELD_OUT))

    faces = torch.cat([code_of(FIRST_FACE + i, mapping) for i in range(FACES)])
    before, spread = eyes.see("before", faces), labels.values.std(0)
    measured = []
    for one in found:
        measured.append(Measured(one, before, eyes.effect(faces, one.direction), spread))
        say(f"{one.direction.name}: {one.accuracy:.1%} of {one.held_out} held-out faces on their side")
    write_directions(file, [one.direction for one in found], {m.found.direction.name: story(m) for m in measured})
    write_report(docs, measured, eyes.draw, faces)
