"""Advice on photos whose face will be hard to invert: why, and what would help.

Limits are set so that of 160 portraits one in twenty gets any advice; a photo that was blurred or darkened on purpose
nearly always does. The detector's score, which a hand over the face lowers, says nothing here: it is as low for some
uncovered faces, and not for all groups of people alike.
"""

from collections.abc import Iterator

import numpy as np

from hyperstyle.photo.alignment import align
from hyperstyle.photo.faces import Face
from hyperstyle.photo.quads import Floats, Quad
from hyperstyle.photo.reading import Pixels

SIDE = 256  # pixels of the crop at which it is judged: what the networks see
SMALLEST = 200  # side of the crop in the photo's pixels
LEAST_SHARPNESS = 0.12  # mean absolute Laplacian of the face's luminance / its standard deviation
DARKEST = 50  # mean luminance of the face, 0 to 255
MOST_UNEVEN = 0.35  # |left - right| / (left + right) of both cheeks' luminance
MOST_TURNED = 0.3  # distance of the nose's tip from the middle between the ears, in units of their distance
JAW_LEFT, JAW_RIGHT, NOSE_TIP = 0, 16, 30  # landmarks
FACE = (slice(100, 210), slice(64, 192))  # rows and columns of the crop that a face fills: from the eyes to the chin
CHEEKS = (slice(110, 190), slice(70, 120)), (slice(110, 190), slice(136, 186))  # left and right in the crop


def advice(pixels: Pixels, face: Face) -> list[str]:
    """Return sentences that say why a face in a photo [H, W, 3] will be hard to invert, and what helps; mostly none."""
    return list(_advice(pixels, face))


def _advice(pixels: Pixels, face: Face) -> Iterator[str]:
    quad = face.quad
    luminance = align(pixels, quad, SIDE, SIDE) @ np.array([0.299, 0.587, 0.114])
    across = float(np.hypot(*quad.matrix[:2, 0]))
    if across < SMALLEST:
        yield f"The face is small ({across:.0f} pixels across with its hair): a photo from nearer shows more of it."
    elif sharpness(luminance[FACE]) < LEAST_SHARPNESS:
        yield "The face is blurred: a sharper photo gives a better likeness."
    if luminance[FACE].mean() < DARKEST:
        yield "The face is dark: more light on it helps."
    left, right = (luminance[cheek].mean() for cheek in CHEEKS)
    if abs(left - right) > MOST_UNEVEN * (left + right):
        yield "The light comes from one side: even light from the front helps."
    if turn(face.landmarks, quad) > MOST_TURNED:
        yield "The face is turned away: one that looks into the camera comes out best."


def sharpness(luminance: Floats) -> float:
    """Return the mean absolute Laplacian of a picture [H, W] in units of its standard deviation."""
    middle = luminance[1:-1, 1:-1]
    around = luminance[:-2, 1:-1] + luminance[2:, 1:-1] + luminance[1:-1, :-2] + luminance[1:-1, 2:]
    return float(np.abs(4 * middle - around).mean() / (luminance.std() + 1e-6))


def turn(landmarks: Floats, quad: Quad) -> float:
    """Return how far the nose's tip is from the middle between both ends of the jaw, in units of their distance.

    It is measured across the crop, so that a tilted head is not a turned one.
    """
    points = np.c_[landmarks, np.ones(len(landmarks))] @ np.linalg.inv(quad.matrix).T
    left, right, nose = (float(points[index, 0]) for index in (JAW_LEFT, JAW_RIGHT, NOSE_TIP))
    return abs((nose - left) / (right - left) - 0.5)
