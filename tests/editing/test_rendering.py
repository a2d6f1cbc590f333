"""Pictures of an inversion, with a real model of small pictures."""

import numpy as np
import pytest

from hyperstyle.editing.edits import Edits
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.inverter import Inverter
from hyperstyle.paths import EXAMPLES
from hyperstyle.photo.reading import Pixels

PORTRAIT = EXAMPLES / "male_090.jpg"


@pytest.fixture(scope="module")
def found(inverter: Inverter) -> tuple[Inversion, list[Pixels]]:
    """An inversion and the pictures of its steps."""
    steps = list(inverter.steps(PORTRAIT, steps=2))
    return steps[-1].inversion, [step.pixels for step in steps]


def test_it_is_the_last_steps_picture(inverter: Inverter, found: tuple[Inversion, list[Pixels]]) -> None:
    inversion, pictures = found
    assert (inverter.draw(inversion) == pictures[-1]).all()
    kept = inverter.draw(inversion.compact())
    assert np.abs(kept.astype(int) - pictures[-1]).mean() < 0.1


def test_without_its_offsets_it_is_the_first_picture(inverter: Inverter, found: tuple[Inversion, list[Pixels]]) -> None:
    inversion, pictures = found
    assert (inverter.draw(inversion, Edits(strength=0)) == pictures[0]).all()


def test_edits_move_the_picture_and_offsets_go_with_them(
    inverter: Inverter, found: tuple[Inversion, list[Pixels]]
) -> None:
    inversion, pictures = found
    edited = inverter.draw(inversion, Edits({"smile": 2}))
    assert (edited != pictures[-1]).any()
    assert (edited != inverter.draw(inversion, Edits({"smile": 2}, strength=0))).any()
    series = list(inverter.sweep(inversion, "smile", [0, 2], Edits({"smile": -4})))
    assert (series[0] == pictures[-1]).all()  # it takes the place of the same direction's edit
    assert (series[1] == edited).all()


def test_polish_brings_an_inversion_closer(inverter: Inverter, found: tuple[Inversion, list[Pixels]]) -> None:
    steps = list(inverter.polish(PORTRAIT, found[0], 2))
    assert [step.index for step in steps] == [3, 4]
    assert [record.index for record in steps[-1].inversion.steps] == list(range(5))
    assert steps[-1].metrics.l2 < found[0].steps[-1].metrics.l2
