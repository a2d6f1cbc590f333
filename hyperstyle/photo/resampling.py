"""Pictures through affine maps: shrunk first where they have more pixels than are asked for, then sampled.

Maps are [3, 3] and lead from the pixels of the result to those of the source, both counted from the outer edge of the
first pixel, whose centre is thus at 0.5.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hyperstyle.photo.quads import Floats
from hyperstyle.photo.reading import Pixels

Samples = NDArray[np.floating[Any]]
"""A picture between 8 bits and 8 bits: [h, w, bands], about 0 to 255."""


def shrink(image: Image.Image, to_source: Floats) -> tuple[Image.Image, Floats]:
    """The image with at most as many pixels as its result will have over the same length, and the map to it.

    The new size is a whole number, so that the map is scaled by what was really done and stays exact.
    """
    factor = float(np.linalg.norm(to_source[:2, :2], axis=0).min())
    if factor <= 1:
        return image, to_source
    size = (max(1, round(image.width / factor)), max(1, round(image.height / factor)))
    smaller = image.resize(size, Image.Resampling.LANCZOS)
    return smaller, np.diag([size[0] / image.width, size[1] / image.height, 1.0]) @ to_source


def sample(image: Image.Image, to_source: Floats, width: int, height: int) -> Samples:
    """The image through a map, bicubic, as it is at the source's size: [height, width, bands], 0 outside of the source.

    Not rounded, and so it may be a little below 0 and above 255. (In 8 bits Pillow cuts the fractions off, which
    darkens a picture each time that it is sampled.)
    """
    coefficients = tuple(to_source[:2].ravel().tolist())
    bands = [
        band.convert("F").transform((width, height), Image.Transform.AFFINE, coefficients, Image.Resampling.BICUBIC)
        for band in image.split()
    ]
    return np.stack([np.asarray(band) for band in bands], axis=2)


def to_pixels(samples: Samples) -> Pixels:
    """Samples as 8 bits."""
    return np.clip(np.rint(samples), 0, 255).astype(np.uint8)
