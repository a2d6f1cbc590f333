"""Faces in pictures that are no photos: drawings, paintings, renders.

The detector was made for photos: it wants shades of grey where a drawing has lines, and features of a usual size. So a
drawing is shown to it in other lights, softened and at other sizes, until it sees a face.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from PIL import Image, ImageFilter, ImageOps

from hyperstyle.photo.faces import Face, FaceFinder
from hyperstyle.photo.reading import Pixels

SIDE = 640  # of the longer side, in the largest look: lines are thinner in larger pictures, not clearer
SCALES = (1.0, 0.6)
SURE = 0.6  # score of a face in another look: cloth and hair reach less, where so much is tried

LOOKS: tuple[Callable[[Image.Image], Image.Image], ...] = (
    lambda image: image,
    lambda image: ImageOps.equalize(image.filter(ImageFilter.GaussianBlur(2))),
    lambda image: image.filter(ImageFilter.GaussianBlur(5)),
    lambda image: ImageOps.invert(image),
)
"""What a drawing is turned into: grey pictures to grey pictures."""


def find_drawn(finder: FaceFinder, pixels: Pixels) -> list[Face]:
    """The faces of a picture [H, W, 3] that are seen in the first look that shows any; none where none does."""
    for look, ratio in looks(pixels):
        if faces := [face for face in finder.find(look) if face.score > SURE]:
            return [_enlarged(face, 1 / ratio) for face in faces]
    return []


def looks(pixels: Pixels) -> Iterator[tuple[Pixels, float]]:
    """Other looks at a picture, and how many times as large as the picture each is."""
    grey = Image.fromarray(pixels).convert("L")
    for scale in SCALES:
        ratio = scale * SIDE / max(grey.size)
        small = grey.resize(
            (max(round(grey.width * ratio), 8), max(round(grey.height * ratio), 8)), Image.Resampling.BOX
        )
        for look in LOOKS:
            yield np.asarray(look(small).convert("RGB")), ratio


def _enlarged(face: Face, by: float) -> Face:
    """A face as it is in a picture so many times larger."""
    left, top, right, bottom = face.box
    return replace(face, box=(left * by, top * by, right * by, bottom * by), landmarks=face.landmarks * by)
