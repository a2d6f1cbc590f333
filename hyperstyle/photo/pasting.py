"""Putting a picture back into the photo that it was cut from."""

from typing import NamedTuple

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from hyperstyle.photo.alignment import align, region
from hyperstyle.photo.quads import Floats, Quad
from hyperstyle.photo.reading import Pixels
from hyperstyle.photo.resampling import Samples, sample, shrink, to_pixels

_DENSITY = 1.25  # canvas pixels for each pixel of the picture, at most: enough to hold all of it when it is turned
_REACH = 2  # canvas pixels that bicubic enlarging spreads a value over
_ALIKE, _UNLIKE = 6.0, 12.0  # mean difference (0 to 255) up to which the photo's detail fits, and from which not
_NEARBY = 1 / 128  # radius of that mean, as a share of the picture's shorter side
_ROWS = 256  # of the photo that are worked on at once


class _Canvas(NamedTuple):
    """A grid over a part of the photo: turned like the photo, but no finer than the picture needs.

    Turning a picture is slow and enlarging it is fast, so all that has to be turned is turned into this grid, and the
    grid is then enlarged to the photo's pixels.
    """

    left: int
    top: int
    right: int
    bottom: int
    """The part of the photo, in its pixels."""
    scale: float
    """Pixels of the photo for one of the grid, at least 1; exactly 1 where the photo is not finer than the picture."""
    to_quad: Floats
    """[3, 3], from the grid's pixels to the quad, seen as a square of side 1."""

    @property
    def size(self) -> tuple[int, int]:
        return (
            int(np.ceil((self.right - self.left) / self.scale)),
            int(np.ceil((self.bottom - self.top) / self.scale)),
        )


def paste_back(pixels: Pixels, picture: Pixels, quad: Quad, *, feather: float = 0.1) -> Pixels:
    """A photo [H, W, 3] in which a quad is replaced by a picture [h, w, 3] of any size; a new array.

    The edge fades over `feather` (0 to 0.5) of the quad's shorter side, inwards, so that nothing outside of the quad
    changes.

    A photo may be finer than the picture: a face 3000 pixels wide went through the generator at 1024. Where the
    picture is like what was cut out, the photo's own detail (pores, hair, grain: the photo less its aligned crop) is
    therefore laid over it again. So what was not edited stays as it was to the last bit, and an edited cheek keeps its
    skin. Where the picture is different, as an opened mouth or a reconstruction that is not the person, the old detail
    would shine through as a ghost, and none of it is used: there the picture is pasted as it is.
    """
    height, width = picture.shape[:2]
    original = align(pixels, quad, height, width)
    canvas = _canvas(pixels, quad, height, width)
    to_picture = np.diag([width, height, 1.0]) @ canvas.to_quad
    new, old, alike = (
        sample(*shrink(image, to_picture), *canvas.size)
        for image in (Image.fromarray(picture), Image.fromarray(original), _likeness(picture, original))
    )
    weight = _weight(canvas, quad, feather)
    # photo + weight * (new - photo + alike * (photo - old)), sorted into what is taken from the photo and what is added
    taken, added = weight * (1 - alike), weight * (new - alike * old)
    return _exchanged(pixels, np.concatenate([taken, added], axis=2), canvas)


def _canvas(pixels: Pixels, quad: Quad, height: int, width: int) -> _Canvas:
    """The grid for a picture of that size in the photo [H, W, 3]."""
    left, top, right, bottom = region(pixels, quad)
    step = np.linalg.norm(quad.matrix[:2, :2] / (width, height), axis=0).min()
    scale = max(1.0, float(step) / _DENSITY)
    to_photo = np.array([[scale, 0, left], [0, scale, top], [0, 0, 1.0]])
    return _Canvas(left, top, right, bottom, scale, np.linalg.inv(quad.matrix) @ to_photo)


def _weight(canvas: _Canvas, quad: Quad, feather: float) -> Samples:
    """How much of the picture each pixel of the canvas takes [h, w, 1]: 0 outside of the quad, rising to 1 inside."""
    sides = np.linalg.norm(quad.matrix[:2, :2], axis=0) / canvas.scale
    edge = max(1.0, feather * sides.min())
    spread = _REACH if canvas.scale > 1 else 0
    width, height = canvas.size
    x, y = np.arange(width, dtype=np.float32) + 0.5, np.arange(height, dtype=np.float32)[:, None] + 0.5
    weight = np.ones((height, width), np.float32)
    for (by_x, by_y, offset), side in zip(canvas.to_quad[:2].tolist(), sides.tolist(), strict=True):
        place = by_x * x + by_y * y + offset
        share = np.clip((np.minimum(place, 1 - place) * side - spread) / edge, 0, 1)
        weight *= share * share * (3 - 2 * share)
    return weight[..., None]


def _likeness(picture: Pixels, original: Pixels) -> Image.Image:
    """Where two pictures [h, w, 3] are about the same: an image of floats, 0 to 1."""
    difference = ImageChops.difference(Image.fromarray(picture), Image.fromarray(original)).convert("L")
    nearby = difference.filter(ImageFilter.GaussianBlur(_NEARBY * min(difference.size)))
    likeness = (_UNLIKE - np.asarray(nearby, np.float32)) / (_UNLIKE - _ALIKE)
    return Image.fromarray(np.clip(likeness, 0, 1))


def _exchanged(pixels: Pixels, exchange: Samples, canvas: _Canvas) -> Pixels:
    """A copy of the photo with an exchange made on the canvas [h, w, 4]: a share taken, then red, green, blue added."""
    result = pixels.copy()
    planes = [Image.fromarray(plane) for plane in np.moveaxis(exchange, 2, 0)]
    width, height = canvas.right - canvas.left, canvas.bottom - canvas.top
    for first in range(0, height, _ROWS):
        last = min(first + _ROWS, height)
        box = (0, first / canvas.scale, width / canvas.scale, last / canvas.scale)
        strip = [plane.resize((width, last - first), Image.Resampling.BICUBIC, box) for plane in planes]
        taken, *added = (np.asarray(plane) for plane in strip)
        part = result[canvas.top + first : canvas.top + last, canvas.left : canvas.right]
        for colour in range(3):
            part[..., colour] = to_pixels(part[..., colour] * (1 - taken) + added[colour])
    return result
