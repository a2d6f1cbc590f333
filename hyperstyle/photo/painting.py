"""Brush strokes or a mask picture over a photo, which say what must stay and what may change."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from hyperstyle.errors import StudioError
from hyperstyle.photo.alignment import align
from hyperstyle.photo.quads import Quad
from hyperstyle.photo.reading import Pixels

Painted = NDArray[np.float32]
"""[h, w] over a crop, of any size: -1 where the photo stays, 1 where edits come through, 0 where they decide."""

MAX_POINTS = 20_000
"""Limit of the points of all strokes over one picture together."""
_WIDTH = 256  # in pixels, of what is painted over a crop
_GREY = 0.2  # values of a mask that are closer to the middle than this are grey


class Wish(StrEnum):
    """Kind of a stroke: the photo stays there, or may change."""

    STAY = "stay"
    CHANGE = "change"


_VALUES = {Wish.STAY: -1, Wish.CHANGE: 1}


@dataclass(frozen=True)
class Stroke:
    """A line drawn with a round brush; lengths are shares of the picture's width."""

    wish: Wish
    width: float
    points: tuple[tuple[float, float], ...]
    """x and y from the top left corner."""

    def to_json(self) -> dict[str, Any]:
        """Return what `strokes_from` reads."""
        return {"wish": self.wish.value, "width": self.width, "points": [list(point) for point in self.points]}


def strokes_from(entries: Iterable[Any]) -> tuple[Stroke, ...]:
    """Read strokes that a browser sent."""
    try:
        strokes = tuple(_stroke(entry) for entry in entries)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise StudioError("What was painted cannot be read: reload the page.") from error
    if sum(len(stroke.points) for stroke in strokes) > MAX_POINTS:
        raise StudioError("There are too many strokes: clear them, and use a wider brush.")
    return strokes


def paint(strokes: Sequence[Stroke], aspect: float) -> Painted | None:
    """Paint strokes over a picture of this width / height, later ones over earlier ones; None if there are none."""
    if not strokes:
        return None
    image = Image.new("I", (_WIDTH, max(1, round(_WIDTH / aspect))))
    draw = ImageDraw.Draw(image)
    for stroke in strokes:
        radius, value = stroke.width * _WIDTH / 2, _VALUES[stroke.wish]
        points = [(x * _WIDTH, y * _WIDTH) for x, y in stroke.points]
        draw.line(points, value, max(1, round(2 * radius)))
        for x, y in points:
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), value)
    return np.asarray(image, np.float32)


def painted_in(mask: Pixels, photo_size: tuple[int, int], quad: Quad) -> Painted:
    """Read a mask over a photo, of any size: black stays, white may change, and edits decide where it is grey."""
    (height, width), (across, along) = mask.shape[:2], photo_size
    place = quad.corners * (width / across, height / along)
    grey = align(mask, Quad.from_list(place.flatten().tolist()), round(_WIDTH / quad.aspect), _WIDTH).mean(axis=2)
    wish = grey.astype(np.float32) / 127.5 - 1
    return np.where(np.abs(wish) < _GREY, 0, wish).astype(np.float32)


def _stroke(entry: Any) -> Stroke:  # noqa: ANN401 - anything that a browser sends
    points = tuple((float(x), float(y)) for x, y in entry["points"])
    width = float(entry["width"])
    if not 0 < width <= 1 or not all(math.isfinite(place) and -1 <= place <= 2 for point in points for place in point):
        raise ValueError("a stroke leads nowhere")
    return Stroke(Wish(entry["wish"]), width, points)
