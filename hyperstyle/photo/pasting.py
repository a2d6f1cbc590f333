"""Pasting a picture back into the photo that it was cropped from."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageFilter

from hyperstyle.photo.alignment import align, region
from hyperstyle.photo.quads import Floats, Quad
from hyperstyle.photo.reading import Pixels
from hyperstyle.photo.resampling import Samples, sample, shrink, to_pixels

_DENSITY = 1.25  # most canvas pixels per picture pixel: rotating the picture onto the canvas loses nothing
_REACH = 2  # canvas pixels over which bicubic enlarging spreads a value
_ALIKE, _UNLIKE = (
    6.0,
    12.0,
)  # local mean difference (0 to 255) up to which all, and from which none of the detail is kept
_NEARBY = 1 / 128  # blur radius of that local mean, as a share of the picture's shorter side
_ROWS = 256  # rows of the photo that are blended at once, to save memory


class _Canvas(NamedTuple):
    """A grid over a part of the photo, with the photo's axes and about the picture's resolution.

    Rotating a picture is slow and enlarging it is fast, so everything is rotated onto this grid, which is then
    enlarged to the photo's pixels.
    """

    left: int
    top: int
    right: int
    bottom: int
    """The covered part of the photo, in the photo's pixels."""
    scale: float
    """Photo pixels per grid pixel, >= 1; exactly 1 where the photo is not finer than the picture."""
    to_quad: Floats
    """[3, 3], homogeneous map from the grid's pixels to the quad as the unit square."""

    @property
    def size(self) -> tuple[int, int]:
        return (
            int(np.ceil((self.right - self.left) / self.scale)),
            int(np.ceil((self.bottom - self.top) / self.scale)),
        )


def paste_back(
    pixels: Pixels,
    picture: Pixels,
    quad: Quad,
    *,
    feather: float = 0.1,
    kept_detail: NDArray[np.float32] | None = None,
) -> Pixels:
    """Return a copy of a photo [H, W, 3] with a picture [h, w, 3] of any size in place of a quad.

    The edge fades inwards over `feather` (0 to 0.5) of the quad's shorter side; nothing outside of the quad changes.

    A photo may be finer than the picture: a face 3000 pixels wide goes through the generator at 1024. Where the picture
    is close to the original crop, the photo's fine detail (photo - aligned crop: pores, hair, grain) is added to it. So
    unedited pixels stay exactly as they were, and an edited cheek keeps its skin. Where the picture differs, as an
    opened mouth does, the old detail would show through as a ghost, so none of it is added. `kept_detail` [h, w], 0 to
    1, says how much of it is added, where that is known better than by comparing.
    """
    height, width = picture.shape[:2]
    original = align(pixels, quad, height, width)
    if kept_detail is None:
        kept_detail = _likeness(picture, original)
    canvas = _canvas(pixels, quad, height, width)
    to_picture = np.diag([width, height, 1.0]) @ canvas.to_quad
    new, old, alike = (
        sample(*shrink(image, to_picture), *canvas.size)
        for image in (Image.fromarray(picture), Image.fromarray(original), Image.fromarray(kept_detail))
    )
    weight = _weight(canvas, quad, feather)
    # result = photo + weight * (new - photo + alike * (photo - old)) = photo * (1 - taken) + added
    taken, added = weight * (1 - alike), weight * (new - alike * old)
    return _exchanged(pixels, np.concatenate([taken, added], axis=2), canvas)


def _canvas(pixels: Pixels, quad: Quad, height: int, width: int) -> _Canvas:
    """Return the grid for pasting a picture [height, width, 3] into a quad of a photo [H, W, 3]."""
    left, top, right, bottom = region(pixels, quad)
    step = np.linalg.norm(quad.matrix[:2, :2] / (width, height), axis=0).min()
    scale = max(1.0, float(step) / _DENSITY)
    to_photo = np.array([[scale, 0, left], [0, scale, top], [0, 0, 1.0]])
    return _Canvas(left, top, right, bottom, scale, np.linalg.inv(quad.matrix) @ to_photo)


def _weight(canvas: _Canvas, quad: Quad, feather: float) -> Samples:
    """Return the picture's blending weight [h, w, 1] on the canvas: 0 outside of the quad, rising to 1 inside."""
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


def _likeness(picture: Pixels, original: Pixels) -> NDArray[np.float32]:
    """Return how alike two pictures [h, w, 3] are around each pixel: [h, w], 0 (different) to 1 (alike)."""
    difference = ImageChops.difference(Image.fromarray(picture), Image.fromarray(original)).convert("L")
    nearby = difference.filter(ImageFilter.GaussianBlur(_NEARBY * min(difference.size)))
    likeness = (_UNLIKE - np.asarray(nearby, np.float32)) / (_UNLIKE - _ALIKE)
    return np.clip(likeness, 0, 1)


def _exchanged(pixels: Pixels, exchange: Samples, canvas: _Canvas) -> Pixels:
    """Return photo * (1 - taken) + added; `exchange` [h, w, 4] on the canvas is `taken`, then `added` in R, G, B."""
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
