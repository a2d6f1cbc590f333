"""Pictures of an inversion, with a real model of small pictures."""

from pathlib import Path

import numpy as np
import pytest
import torch

from hyperstyle.drawing import Canvas, along, compact, draw, scaled
from hyperstyle.editing.directions import Direction, Edit
from hyperstyle.inversion.methods import METHODS
from hyperstyle.inversion.record import Inversion
from hyperstyle.photo.reading import Pixels, read_photo
from hyperstyle.photo.tensors import to_pixels
from hyperstyle.workshop import Workshop

PORTRAIT = Path(__file__).resolve().parents[1] / "examples" / "male_090.jpg"
SMILE = Direction("smile", "Smile", "less", "more", torch.linspace(-1, 1, 512), (0, 10))


@pytest.fixture(scope="module")
def found(workshop: Workshop) -> tuple[Inversion, list[Pixels]]:
    """An inversion and the pictures of its steps."""
    prepared = workshop.prepare(read_photo(PORTRAIT))
    steps = list(workshop.invert(prepared, METHODS["hyperstyle"], 2))
    inversion = workshop.inversion(prepared, METHODS["hyperstyle"], steps[-1][0], [record for _, record in steps])
    return inversion, [to_pixels(step.picture[0]) for step, _ in steps]


def test_it_is_the_last_steps_picture(workshop: Workshop, found: tuple[Inversion, list[Pixels]]) -> None:
    inversion, pictures = found
    assert (draw(workshop.model, inversion) == pictures[-1]).all()
    kept = draw(workshop.model, scaled(compact(inversion)))
    assert np.abs(kept.astype(int) - pictures[-1]).mean() < 0.1


def test_without_its_offsets_it_is_the_first_picture(workshop: Workshop, found: tuple[Inversion, list[Pixels]]) -> None:
    inversion, pictures = found
    assert (draw(workshop.model, scaled(inversion, 0)) == pictures[0]).all()


def test_edits_move_the_picture_and_offsets_go_with_them(
    workshop: Workshop, found: tuple[Inversion, list[Pixels]]
) -> None:
    inversion, pictures = found
    edited = draw(workshop.model, inversion, [Edit(SMILE, 2)])
    assert (edited != pictures[-1]).any()
    assert (edited != draw(workshop.model, scaled(inversion, 0), [Edit(SMILE, 2)])).any()
    series = list(along(Canvas.of(workshop.model, inversion), [Edit(SMILE, -4)], SMILE, [0, 2]))
    assert (series[0] == pictures[-1]).all()  # it takes the place of the same direction's edit
    assert (series[1] == edited).all()


def test_polish_brings_an_inversion_closer(workshop: Workshop, found: tuple[Inversion, list[Pixels]]) -> None:
    prepared = workshop.prepare(read_photo(PORTRAIT))
    records = [record for _, record in workshop.polish(prepared, found[0], 5)]
    assert [record.index for record in records] == [3, 4, 5, 6, 7]
    assert records[-1].figures.l2 < found[0].steps[-1].figures.l2
