"""Strokes over a picture become a mask."""

import numpy as np
import pytest

from hyperstyle.errors import StudioError
from hyperstyle.photo.painting import MAX_POINTS, Stroke, Wish, paint, painted_in, strokes_from
from hyperstyle.photo.quads import Quad

STAY = Stroke(Wish.STAY, 0.2, ((0.1, 0.25), (0.9, 0.25)))
CHANGE = Stroke(Wish.CHANGE, 0.1, ((0.5, 0.25),))


def test_later_strokes_lie_over_earlier_ones_and_nothing_is_no_mask() -> None:
    assert paint((), 1.0) is None
    mask = paint((STAY, CHANGE), aspect=2.0)
    assert mask is not None
    assert mask.shape == (128, 256)
    assert (mask[64, 128], mask[64, 60], mask[64, 10], mask[10, 128]) == (1, -1, -1, 0)
    assert mask[45, 4] == 0  # beside the round end
    covered = paint((CHANGE, STAY), aspect=2.0)
    assert covered is not None
    assert covered.max() == 0


def test_strokes_are_read_as_they_were_written() -> None:
    assert strokes_from([STAY.to_json(), CHANGE.to_json()]) == (STAY, CHANGE)


@pytest.mark.parametrize(
    "entry",
    [
        None,
        {},
        {"wish": "burn", "width": 0.1, "points": [[0, 0]]},
        {"wish": "stay", "width": 9, "points": [[0, 0]]},
        {"wish": "stay", "width": 0.1, "points": [[0, float("nan")]]},
        {"wish": "stay", "width": 0.1, "points": [[0, 1e9]]},
        {"wish": "stay", "width": 0.1, "points": 7},
    ],
)
def test_what_is_no_stroke_is_told_in_a_sentence(entry: object) -> None:
    with pytest.raises(StudioError, match="painted"):
        strokes_from([entry])


def test_paint_has_an_end() -> None:
    with pytest.raises(StudioError, match="too many strokes"):
        strokes_from([{"wish": "stay", "width": 0.1, "points": [[0, 0]] * (MAX_POINTS + 1)}])


def test_a_mask_over_the_photo_is_read_at_the_crop() -> None:
    """The mask has half the size of the photo."""
    mask = np.full((100, 200, 3), 128, np.uint8)
    mask[:, :100], mask[50:, 100:] = 0, 255
    quad = Quad((150, 50, 150, 150, 250, 150, 250, 50))  # the middle of 400 x 200 pixels, 100 wide
    painted = painted_in(mask, (400, 200), quad)
    assert painted.shape == (256, 256)
    assert (painted[:, :120] == -1).all()
    assert (painted[:120, 136:] == 0).all()
    assert (painted[136:, 136:] == 1).all()
