"""Resampling pictures through affine maps: downscaled first where the source is finer than the result, then sampled.

Maps are homogeneous matrices [3, 3] from coordinates in the result to coordinates in the source. Coordinates are in
pixels and begin at the outer edge of the first pixel, whose centre is therefore at 0.5.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hyperstyle.photo.quads import Floats
from hyperstyle.photo.reading import Pixels

Samples = NDArray[np.floating[Any]]
"""A picture [h, w, bands] as floats, not rounded to 8 bits: about 0 to 255."""


def shrink(image: Image.Image, to_source: Floats) -> tuple[Image.Image, Floats]:
    """Downscale an image that is finer than its result, and return it with the map [3, 3] to it.

    The new size is rounded to whole pixels; the map is scaled by the actual ratio of sizes, so it stays exact.
    """
    factor = float(np.linalg.norm(to_source[:2, :2], axis=0).min())
    if factor <= 1:
        return image, to_source
    size = (max(1, round(image.width / factor)), max(1, round(image.height / factor)))
    smaller = image.resize(size, Image.Resampling.LANCZOS)
    return smaller, np.diag([size[0] / image.width, size[1] / image.height, 1.0]) @ to_source


def sample(image: Image.Image, to_source: Floats, width: int, height: int) -> Samples:
    """Resample an image bicubically through a map: [height, width, bands], 0 outside of the source.

    The values are not rounded and may lie a little outside of 0 to 255. (On 8 bits Pillow truncates fractions, which
    darkens a picture with every resampling.)
    """
    coefficients = tuple(to_source[:2].ravel().tolist())
    bands = [
        band.convert("F").transform((width, height), Image.Transform.AFFINE, coefficients, Image.Resampling.BICUBIC)
        for band in image.split()
    ]
    return np.stack([np.asarray(band) for band in bands], axis=2)


def to_pixels(samples: Samples) -> Pixels:
    """Round samples to 8 bits, clipped to 0 to 255."""
    return np.clip(np.rint(samples), 0, 255).astype(np.uint8)
