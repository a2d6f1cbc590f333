"""Pictures through affine maps: shrunk first where they have more pixels than are asked for, then sampled.

Maps are [3, 3] and lead from the pixels of the result to those of the source, both counted from the outer edge of the
first pixel, whose centre is thus at 0.5.
"""

import numpy as np
from PIL import Image

from hyperstyle.photo.quads import Floats


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


def sample(image: Image.Image, to_source: Floats, width: int, height: int) -> Image.Image:
    """The image through a map, bicubic, as it is at the source's size; black outside of the source."""
    coefficients = tuple(to_source[:2].ravel().tolist())
    return image.transform((width, height), Image.Transform.AFFINE, coefficients, Image.Resampling.BICUBIC)
