"""Cutting a quad out of a photo, as FFHQ was cut out of its photos."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from hyperstyle.errors import StudioError
from hyperstyle.photo.quads import Floats, Quad
from hyperstyle.photo.reading import Pixels
from hyperstyle.photo.resampling import sample, shrink, to_pixels

_MARGIN = 4  # pixels of the result that are kept around the quad for the filters
_BLUR = 0.02  # radius, and the following too as a share of the crop's side
_TO_BLUR = 0.05  # how far from the photo its mirror image becomes fully blurred
_TO_MEDIAN = 0.3  # and one single colour, at least
_MAX_SIZE = 20  # of a quad, in lengths of the photo's longer side: beyond that there is nothing to see


def align(pixels: Pixels, quad: Quad, height: int, width: int) -> Pixels:
    """The part of a photo [H, W, 3] that lies in a quad, as a picture [height, width, 3].

    What lies outside of the photo is its mirror image, more and more blurred. The photo's own pixels are not touched
    by that, and the map from picture to photo is exactly the quad's, so that pasting is its inverse.
    """
    to_photo = quad.matrix @ np.diag([1 / width, 1 / height, 1.0])
    left, top, right, bottom = region(pixels, quad, _MARGIN * max(1.0, np.abs(to_photo[:2, :2]).max()))
    to_crop = _moved(to_photo, -left, -top)
    crop, to_crop = shrink(Image.fromarray(pixels[top:bottom, left:right]), to_crop)
    crop, to_crop = _continued(crop, to_crop, height, width)
    return to_pixels(sample(crop, to_crop, width, height))


def region(pixels: Pixels, quad: Quad, margin: float = 0.0) -> tuple[int, int, int, int]:
    """The smallest part (left, top, right, bottom) of a photo [H, W, 3] that holds all it has of a quad."""
    height, width = pixels.shape[:2]
    corners = quad.corners
    left, top = np.clip(np.floor(corners.min(axis=0) - margin), 0, (width, height)).astype(int).tolist()
    right, bottom = np.clip(np.ceil(corners.max(axis=0) + margin), 0, (width, height)).astype(int).tolist()
    if right <= left or bottom <= top or np.ptp(corners, axis=0).max() > _MAX_SIZE * max(height, width):
        raise StudioError("The crop lies outside of the photo, or is far larger: choose it again.")
    return left, top, right, bottom


def _moved(to_source: Floats, x: float, y: float) -> Floats:
    """The map to a source whose pixels have moved."""
    moved = to_source.copy()
    moved[:2, 2] += x, y
    return moved


def _continued(crop: Image.Image, to_crop: Floats, height: int, width: int) -> tuple[Image.Image, Floats]:
    """A crop continued as far as the result reaches, and the map to it."""
    corners = (to_crop @ [[0, 0, width, width], [0, height, height, 0], [1, 1, 1, 1]])[:2]
    before = np.maximum(0, np.ceil(_MARGIN - corners.min(axis=1))).astype(int)
    after = np.maximum(0, np.ceil(corners.max(axis=1) + _MARGIN - crop.size)).astype(int)
    if not (before.any() or after.any()):
        return crop, to_crop
    mirrored = np.pad(np.asarray(crop), ((before[1], after[1]), (before[0], after[0]), (0, 0)), mode="reflect")
    side = float(np.linalg.norm(to_crop[:2, :2], axis=0).min()) * min(width, height)
    return Image.fromarray(_fading(mirrored, before, crop.size, side)), _moved(to_crop, *before.tolist())


def _fading(mirrored: Pixels, before: NDArray[np.int_], size: tuple[int, int], side: float) -> Pixels:
    """A mirrored picture that fades with the distance from its own part, which begins at `before` (x, y)."""
    height, width = mirrored.shape[:2]
    across = _distance(width, int(before[0]), size[0])
    along = _distance(height, int(before[1]), size[1])
    distance = np.maximum(across[None, :, None], along[:, None, None]) / side
    blurred = Image.fromarray(mirrored).filter(ImageFilter.GaussianBlur(_BLUR * side))
    faded = mirrored + (np.asarray(blurred, np.float32) - mirrored) * np.clip(distance / _TO_BLUR, 0, 1)
    median = np.median(mirrored, axis=(0, 1))
    faded += (median - faded) * np.clip(distance / max(_TO_MEDIAN, distance.max()), 0, 1)
    return to_pixels(faded)


def _distance(length: int, start: int, size: int) -> NDArray[np.float32]:
    """[length], how far each pixel is from the `size` ones that begin at `start`; 0 inside."""
    place = np.arange(length, dtype=np.float32)
    return np.maximum(0, np.maximum(start - place, place - (start + size - 1)))
