"""Lightness and tone of a face's skin, which the light on it changes too."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from hyperstyle.metrics.attribute_shapes import Points
from hyperstyle.photo.reading import Pixels

MIDDLE = (1, 2, 3, 4, 48, 33, 54, 12, 13, 14, 15, 45, 46, 47, 42, 27, 39, 40, 41, 36)
"""Landmarks around nose and cheeks, down to the mouth: the part of a face without eyes, brows, lips and beard."""
WHITE = np.array((1.0, 1.08883))  # Y and Z of D65
RGB_TO_YZ = np.array(((0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505)))  # of linear sRGB


def skin_labels(pixels: Pixels, landmarks: Points) -> dict[str, float]:
    """Return lightness (luma, 0 to 255) and tone of the skin of the face with landmarks [68, 2] in a picture [H, W, 3].

    Both are of the median colour of nose and cheeks.
    """
    middle = middle_of_face(landmarks, *pixels.shape[:2])
    colour = np.median(np.asarray(Image.fromarray(pixels).convert("YCbCr"), np.float64)[middle], 0)
    return {"skin-lightness": float(colour[0]), "skin-tone": skin_tone(colour)}


def middle_of_face(landmarks: Points, height: int, width: int) -> NDArray[np.bool_]:
    """Return where nose and cheeks of the face with landmarks [68, 2] are in its picture: a mask [height, width]."""
    middle = Image.new("1", (width, height))
    ImageDraw.Draw(middle).polygon([(x, y) for x, y in landmarks[list(MIDDLE)].tolist()], fill=1)
    return np.array(middle)


def skin_tone(colour: NDArray[np.float64]) -> float:
    """Return the individual typology angle of a colour [3], YCbCr from 0 to 255, in degrees.

    It is arctan((L* - 50) / b*) in CIELAB (Chardon et al., 1991): over 28 for light skin, below -30 for dark skin.
    """
    luma, blue, red = colour - (0, 128, 128)
    rgb = np.array((luma + 1.402 * red, luma - 0.344136 * blue - 0.714136 * red, luma + 1.772 * blue))
    rgb = np.clip(rgb / 255, 0, 1)
    linear = np.where(rgb > 0.04045, ((rgb + 0.055) / 1.055) ** 2.4, rgb / 12.92)
    shares = RGB_TO_YZ @ linear / WHITE
    y, z = np.where(shares > 0.008856, np.cbrt(shares), 7.787 * shares + 16 / 116)
    return float(np.degrees(np.arctan2(116 * y - 16 - 50, 200 * (y - z))))
