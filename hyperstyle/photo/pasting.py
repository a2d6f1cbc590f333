"""Pasting a picture back into the photo that it was cropped from."""

from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageFilter

from hyperstyle.photo.alignment import align
from hyperstyle.photo.quads import Floats, Quad
from hyperstyle.photo.reading import Pixels
from hyperstyle.photo.resampling import Samples, sample, shrink, to_pixels

_DENSITY = 1.25  # most canvas pixels per picture pixel: rotating the picture onto the canvas loses nothing
_MARGIN = 4  # pixels of picture or photo, whichever are larger, that are kept around what changes for the filters
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

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the grid."""
        return (
            int(np.ceil((self.right - self.left) / self.scale)),
            int(np.ceil((self.bottom - self.top) / self.scale)),
        )

    @property
    def to_photo(self) -> Floats:
        """[3, 3], homogeneous map from the grid's pixels to the photo's."""
        return np.array([[self.scale, 0, self.left], [0, self.scale, self.top], [0, 0, 1.0]])


def paste_back(pixels: Pixels, picture: Pixels, quad: Quad, *, feather: float = 0.1) -> Pixels:
    """Return a copy of a photo [H, W, 3] with a picture [h, w, 3] of any size in place of a quad.

    The edge fades inwards over `feather` (0 to 0.5) of the quad's shorter side; nothing outside of the quad changes.

    A photo may be finer than the picture: a face 3000 pixels wide goes through the generator at 1024. Where the picture
    is close to the original crop, the photo's fine detail (photo - aligned crop: pores, hair, grain) is added to it. So
    unedited pixels stay exactly as they were, and an edited cheek keeps its skin. Where the picture differs, as an
    opened mouth does, the old detail would show through as a ghost, so none of it is added.
    """
    original = align(pixels, quad, *picture.shape[:2])
    return paste_change(pixels, original, picture, quad, _likeness(picture, original), feather=feather)


def paste_change(
    pixels: Pixels,
    original: Pixels,
    picture: Pixels,
    quad: Quad,
    kept_detail: NDArray[np.float32],
    *,
    feather: float = 0.0,
) -> Pixels:
    """Return a copy of a photo [H, W, 3] in which the crop of a quad has changed from `original` to `picture`.

    Both are [h, w, 3]; `kept_detail` [h, w], 0 to 1, is how much of the photo's finer detail is added. `feather` is as
    in `paste_back`. The smaller the part that changes, the less there is to compute.
    """
    # result = photo + weight * (picture - photo + kept * (photo - original)) = photo * (1 - taken) + added
    kept = kept_detail[..., None]
    exchange = np.concatenate([1 - kept, picture - kept * original], axis=2)  # taken, added; both still without weight
    height, width = exchange.shape[:2]
    to_photo = quad.matrix @ np.diag([1 / width, 1 / height, 1.0])
    step = float(np.linalg.norm(to_photo[:2, :2], axis=0).min())
    left, top, right, bottom = _changed_box(exchange, ceil(_MARGIN * max(1.0, 1 / step)))
    if left == right:
        return pixels.copy()
    exchange, to_photo = exchange[top:bottom, left:right], to_photo @ [[1, 0, left], [0, 1, top], [0, 0, 1]]
    canvas = _canvas(pixels, to_photo, right - left, bottom - top, max(1.0, step / _DENSITY))
    if min(canvas.size) <= 0:
        return pixels.copy()
    to_exchange = np.linalg.inv(to_photo) @ canvas.to_photo
    planes = (Image.fromarray(plane) for plane in np.moveaxis(exchange, 2, 0))
    turned = [sample(*shrink(plane, to_exchange), *canvas.size) for plane in planes]
    return _exchanged(pixels, np.concatenate(turned, axis=2) * _weight(canvas, quad, feather), canvas)


def _changed_box(exchange: Samples, margin: int) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of what is not 0, with a margin; no width and height if all is."""
    rows, columns = np.nonzero(exchange.any(axis=2))
    if not len(rows):
        return 0, 0, 0, 0
    height, width = exchange.shape[:2]
    left, top = max(0, int(columns.min()) - margin), max(0, int(rows.min()) - margin)
    return left, top, min(width, int(columns.max()) + 1 + margin), min(height, int(rows.max()) + 1 + margin)


def _canvas(pixels: Pixels, to_photo: Floats, width: int, height: int, scale: float) -> _Canvas:
    """Return the grid over what a map [3, 3] from a picture's pixels to the photo's covers of the photo."""
    corners = (to_photo @ [[0, 0, width, width], [0, height, height, 0], [1, 1, 1, 1]])[:2]
    limit = pixels.shape[1::-1]
    left, top = np.clip(np.floor(corners.min(axis=1)), 0, limit).astype(int).tolist()
    right, bottom = np.clip(np.ceil(corners.max(axis=1)), 0, limit).astype(int).tolist()
    return _Canvas(left, top, right, bottom, scale)


def _weight(canvas: _Canvas, quad: Quad, feather: float) -> Samples:
    """Return the picture's blending weight [h, w, 1] on the canvas: 0 outside of the quad, rising to 1 inside."""
    sides = np.linalg.norm(quad.matrix[:2, :2], axis=0) / canvas.scale
    edge = max(1.0, feather * sides.min())
    spread = _REACH if canvas.scale > 1 else 0
    width, height = canvas.size
    x, y = np.arange(width, dtype=np.float32) + 0.5, np.arange(height, dtype=np.float32)[:, None] + 0.5
    weight = np.ones((height, width), np.float32)
    to_quad = np.linalg.inv(quad.matrix) @ canvas.to_photo
    for (by_x, by_y, offset), side in zip(to_quad[:2].tolist(), sides.tolist(), strict=True):
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
