"""Finding faces in drawings, paintings and renders.

The detector was trained on photos: it expects shades of grey where a drawing has lines, and facial features of normal
proportions. So it is run on filtered copies of the drawing (equalized, blurred, inverted) at two sizes, until it finds
a face in one.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from PIL import Image, ImageFilter, ImageOps

from hyperstyle.photo.faces import Face, FaceFinder
from hyperstyle.photo.reading import Pixels

LONGER_SIDE = 640  # pixels of the largest variant: in larger pictures lines are thinner, not clearer
SCALES = (1.0, 0.6)
MIN_SCORE = 0.6  # above what cloth and hair reach by chance in so many variants

FILTERS: tuple[Callable[[Image.Image], Image.Image], ...] = (
    lambda image: image,
    lambda image: ImageOps.equalize(image.filter(ImageFilter.GaussianBlur(2))),
    lambda image: image.filter(ImageFilter.GaussianBlur(5)),
    lambda image: ImageOps.invert(image),
)
"""Filters from greyscale to greyscale images, in the order in which they are tried."""


def find_drawn_faces(finder: FaceFinder, pixels: Pixels) -> list[Face]:
    """Return the faces in the first variant of a picture [H, W, 3] that shows any, the largest first."""
    for variant, ratio in variants(pixels):
        if faces := [face for face in finder.find(variant) if face.score > MIN_SCORE]:
            return [_scaled(face, 1 / ratio) for face in faces]
    return []


def variants(pixels: Pixels) -> Iterator[tuple[Pixels, float]]:
    """Yield filtered, resized copies of a picture [H, W, 3], each with its size relative to the picture's."""
    grey = Image.fromarray(pixels).convert("L")
    for scale in SCALES:
        ratio = scale * LONGER_SIDE / max(grey.size)
        small = grey.resize(
            (max(round(grey.width * ratio), 8), max(round(grey.height * ratio), 8)), Image.Resampling.BOX
        )
        for apply_filter in FILTERS:
            yield np.asarray(apply_filter(small).convert("RGB")), ratio


def _scaled(face: Face, factor: float) -> Face:
    """Return a face with its coordinates multiplied by a factor."""
    left, top, right, bottom = (side * factor for side in face.box)
    return replace(face, box=(left, top, right, bottom), landmarks=face.landmarks * factor)
