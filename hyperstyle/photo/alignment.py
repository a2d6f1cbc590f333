"""Cropping a quad out of a photo and resampling it, as in the alignment of FFHQ."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from hyperstyle.errors import StudioError
from hyperstyle.photo.quads import Floats, Quad
from hyperstyle.photo.reading import Pixels
from hyperstyle.photo.resampling import sample, shrink, to_pixels

_MARGIN = 4  # pixels of the result that are kept around the quad for the resampling filters
# Shares of the crop's side:
_BLUR_RADIUS = 0.02  # of the padding
_BLUR_DISTANCE = 0.05  # from the photo's edge, at which the padding is fully blurred
_MEDIAN_DISTANCE = 0.3  # from the photo's edge, before which the padding is not yet its median colour
_MAX_SIZE = 20  # largest side of a quad, in lengths of the photo's longer side


def align(pixels: Pixels, quad: Quad, height: int, width: int) -> Pixels:
    """Return the part of a photo [H, W, 3] that lies in a quad, as a picture [height, width, 3].

    Outside of the photo the picture shows the photo's reflection, which blurs and fades with the distance. The photo's
    own pixels stay as they are, and the map from picture to photo is exactly `quad.matrix`, so pasting is its inverse.
    """
    to_photo = quad.matrix @ np.diag([1 / width, 1 / height, 1.0])
    left, top, right, bottom = region(pixels, quad, _MARGIN * max(1.0, np.abs(to_photo[:2, :2]).max()))
    to_crop = _translated(to_photo, -left, -top)
    crop, to_crop = shrink(Image.fromarray(pixels[top:bottom, left:right]), to_crop)
    crop, to_crop = _padded(crop, to_crop, height, width)
    return to_pixels(sample(crop, to_crop, width, height))


def region(pixels: Pixels, quad: Quad, margin: float = 0.0) -> tuple[int, int, int, int]:
    """Return the bounding box (left, top, right, bottom) of a quad and its margin, clipped to a photo [H, W, 3]."""
    height, width = pixels.shape[:2]
    corners = quad.corners
    left, top = np.clip(np.floor(corners.min(axis=0) - margin), 0, (width, height)).astype(int).tolist()
    right, bottom = np.clip(np.ceil(corners.max(axis=0) + margin), 0, (width, height)).astype(int).tolist()
    if right <= left or bottom <= top or np.ptp(corners, axis=0).max() > _MAX_SIZE * max(height, width):
        raise StudioError("The crop lies outside the photo, or is far larger: choose it again.")
    return left, top, right, bottom


def _translated(to_source: Floats, x: float, y: float) -> Floats:
    """Return an affine map [3, 3] followed by a translation by (x, y)."""
    translated = to_source.copy()
    translated[:2, 2] += x, y
    return translated


def _padded(crop: Image.Image, to_crop: Floats, height: int, width: int) -> tuple[Image.Image, Floats]:
    """Return a crop padded as far as a result [height, width, 3] reaches, and the map [3, 3] from result to it."""
    corners = (to_crop @ [[0, 0, width, width], [0, height, height, 0], [1, 1, 1, 1]])[:2]
    before = np.maximum(0, np.ceil(_MARGIN - corners.min(axis=1))).astype(int)
    after = np.maximum(0, np.ceil(corners.max(axis=1) + _MARGIN - crop.size)).astype(int)
    if not (before.any() or after.any()):
        return crop, to_crop
    mirrored = np.pad(np.asarray(crop), ((before[1], after[1]), (before[0], after[0]), (0, 0)), mode="reflect")
    side = float(np.linalg.norm(to_crop[:2, :2], axis=0).min()) * min(width, height)
    return Image.fromarray(_fade(mirrored, before, crop.size, side)), _translated(to_crop, *before.tolist())


def _fade(mirrored: Pixels, before: NDArray[np.int_], size: tuple[int, int], side: float) -> Pixels:
    """Blur and fade a reflection-padded picture [H, W, 3] outside of its original part.

    The original part begins at `before` (x, y) and has `size` (width, height); `side` is the crop's shorter side.
    """
    height, width = mirrored.shape[:2]
    across = _distance(width, int(before[0]), size[0])
    along = _distance(height, int(before[1]), size[1])
    distance = np.maximum(across[None, :, None], along[:, None, None]) / side
    blurred = Image.fromarray(mirrored).filter(ImageFilter.GaussianBlur(_BLUR_RADIUS * side))
    faded = mirrored + (np.asarray(blurred, np.float32) - mirrored) * np.clip(distance / _BLUR_DISTANCE, 0, 1)
    median = np.median(mirrored, axis=(0, 1))
    faded += (median - faded) * np.clip(distance / max(_MEDIAN_DISTANCE, distance.max()), 0, 1)
    return to_pixels(faded)


def _distance(length: int, start: int, size: int) -> NDArray[np.float32]:
    """Return the distance [length] of each pixel from the `size` pixels that begin at `start`; 0 inside."""
    place = np.arange(length, dtype=np.float32)
    return np.maximum(0, np.maximum(start - place, place - (start + size - 1)))
