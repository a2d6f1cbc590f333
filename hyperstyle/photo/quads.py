"""The place of a crop in its photo, and the ways to choose one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hyperstyle.errors import StudioError

Floats = NDArray[np.float64]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom in a photo's pixels, the first of which reaches from 0 to 1."""


@dataclass(frozen=True)
class Quad:
    """A parallelogram in a photo, which may reach out of it: eight numbers that tell exactly what was cropped.

    Being a parallelogram, it is related to the crop by an affine map, which has an exact inverse.
    """

    numbers: tuple[float, ...]
    """x and y of the corners that become top left, bottom left, bottom right and top right; a photo's first pixel
    reaches from 0 to 1."""

    def __post_init__(self) -> None:
        numbers = np.array(self.numbers, np.float64)
        if numbers.shape != (8,) or not np.isfinite(numbers).all() or not _is_parallelogram(numbers.reshape(4, 2)):
            raise StudioError("The crop's eight numbers are no parallelogram: choose the crop again.")

    @classmethod
    def from_list(cls, numbers: Sequence[float]) -> "Quad":
        """The quad of eight stored numbers."""
        return cls(tuple(float(number) for number in numbers))

    def to_list(self) -> list[float]:
        """The eight numbers, to be stored."""
        return list(self.numbers)

    @property
    def corners(self) -> Floats:
        """[4, 2]: top left, bottom left, bottom right, top right."""
        return np.array(self.numbers, np.float64).reshape(4, 2)

    @property
    def matrix(self) -> Floats:
        """[3, 3], from the crop, seen as a square of side 1, to the photo's pixels."""
        top_left, bottom_left, _, top_right = self.corners
        matrix = np.eye(3)
        matrix[:2] = np.stack([top_right - top_left, bottom_left - top_left, top_left], axis=1)
        return matrix


def face_quad(landmarks: Floats) -> Quad:
    """The square around a face as FFHQ was made, from its landmarks [68, 2].

    It is turned and sized by the line between the eyes and the line from them to the mouth, and lies a little below
    the eyes.
    """
    left_eye, right_eye = landmarks[36:42].mean(axis=0), landmarks[42:48].mean(axis=0)
    eyes, mouth = (left_eye + right_eye) / 2, (landmarks[48] + landmarks[54]) / 2
    between, down = right_eye - left_eye, mouth - eyes
    across = between + np.array([down[1], -down[0]])  # the second line, turned level, helps to tell what is level
    across *= max(np.hypot(*between) * 2.0, np.hypot(*down) * 1.8) / np.hypot(*across)
    along = np.array([-across[1], across[0]])
    centre = eyes + 0.1 * down
    return Quad.from_list(
        np.concatenate(
            [centre - across - along, centre - across + along, centre + across + along, centre + across - along]
        ).tolist()
    )


def box_quad(box: Box, aspect: float = 1.0) -> Quad:
    """The smallest upright crop around a box drawn by hand, `aspect` being its width divided by its height."""
    left, top, right, bottom = box
    if not (right > left and bottom > top):
        raise StudioError("The box around the face is empty: draw it from its top left to its bottom right corner.")
    width = max(right - left, (bottom - top) * aspect)
    return _upright_quad((left + right) / 2, (top + bottom) / 2, width, width / aspect)


def fitted_quad(width: int, height: int, aspect: float = 1.0) -> Quad:
    """The largest upright crop in the middle of a photo, `aspect` being its width divided by its height."""
    crop_width = min(width, height * aspect)
    return _upright_quad(width / 2, height / 2, crop_width, crop_width / aspect)


def _upright_quad(x: float, y: float, width: float, height: float) -> Quad:
    """The upright rectangle around a centre."""
    left, right, top, bottom = x - width / 2, x + width / 2, y - height / 2, y + height / 2
    return Quad((left, top, left, bottom, right, bottom, right, top))


def _is_parallelogram(corners: Floats) -> bool:
    """Whether corners [4, 2] are one to a thousandth of its size, and have an area."""
    top_left, bottom_left, bottom_right, top_right = corners
    across, along = top_right - top_left, bottom_left - top_left
    size = max(np.hypot(*across), np.hypot(*along))
    bend = np.hypot(*(top_left - bottom_left + bottom_right - top_right))
    area = abs(across[0] * along[1] - across[1] * along[0])
    return bool(bend <= 1e-3 * size and area > 1e-6 * size**2)
