"""Quads: the position of a crop in its photo, chosen by landmarks, by a box, or as the photo's middle."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hyperstyle.errors import StudioError

Floats = NDArray[np.float64]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom in a photo's pixels; the first pixel spans 0 to 1."""


ANIMAL_EYES = ((0.365, 0.45), (0.635, 0.45))
"""x and y of an animal's left and right eye in its crop, in sides of the crop: about where AFHQ has them."""


@dataclass(frozen=True)
class Quad:
    """The parallelogram of a photo that a crop was taken from; it may extend beyond the photo.

    The map between a parallelogram and the crop is affine, so it has an exact inverse.
    """

    numbers: tuple[float, ...]
    """x and y of the crop's top left, bottom left, bottom right and top right corner, in the photo's pixels; the first
    pixel spans 0 to 1."""

    def __post_init__(self) -> None:
        numbers = np.array(self.numbers, np.float64)
        if numbers.shape != (8,) or not np.isfinite(numbers).all() or not _is_parallelogram(numbers.reshape(4, 2)):
            raise StudioError("The crop's eight numbers do not form a parallelogram: choose the crop again.")

    @classmethod
    def from_list(cls, numbers: Sequence[float]) -> "Quad":
        """Return the quad of eight saved numbers."""
        return cls(tuple(float(number) for number in numbers))

    def to_list(self) -> list[float]:
        """Return the eight numbers, for saving."""
        return list(self.numbers)

    @property
    def corners(self) -> Floats:
        """Corners [4, 2], x and y: top left, bottom left, bottom right, top right."""
        return np.array(self.numbers, np.float64).reshape(4, 2)

    @property
    def matrix(self) -> Floats:
        """Homogeneous affine map [3, 3] from the crop, as the unit square, to the photo's pixels."""
        top_left, bottom_left, _, top_right = self.corners
        matrix = np.eye(3)
        matrix[:2] = np.stack([top_right - top_left, bottom_left - top_left, top_left], axis=1)
        return matrix

    @property
    def aspect(self) -> float:
        """Width / height of the crop."""
        across, along = np.linalg.norm(self.matrix[:2, :2], axis=0).tolist()
        return float(across / along)


def face_quad(landmarks: Floats) -> Quad:
    """Return the square around a face with landmarks [68, 2], by the alignment of FFHQ.

    Its rotation and size follow from the vector between the eyes and the vector from the eyes to the mouth; its centre
    is a tenth of the latter below the eyes.
    """
    left_eye, right_eye = landmarks[36:42].mean(axis=0), landmarks[42:48].mean(axis=0)
    eyes, mouth = (left_eye + right_eye) / 2, (landmarks[48] + landmarks[54]) / 2
    eye_to_eye, eye_to_mouth = right_eye - left_eye, mouth - eyes
    across = eye_to_eye + np.array([eye_to_mouth[1], -eye_to_mouth[0]])  # half the quad's top edge, after scaling
    across *= max(np.hypot(*eye_to_eye) * 2.0, np.hypot(*eye_to_mouth) * 1.8) / np.hypot(*across)
    along = np.array([-across[1], across[0]])
    centre = eyes + 0.1 * eye_to_mouth
    return Quad.from_list(
        np.concatenate(
            [centre - across - along, centre - across + along, centre + across + along, centre + across - along]
        ).tolist()
    )


def animal_quad(eyes: Floats) -> Quad:
    """Return the square around an animal's face in which its left and right eye [2, 2] lie at `ANIMAL_EYES`."""
    left_eye, right_eye = np.array(ANIMAL_EYES)
    across = (eyes[1] - eyes[0]) / (right_eye - left_eye)[0]
    along = np.array([-across[1], across[0]])
    top_left = eyes[0] - left_eye[0] * across - left_eye[1] * along
    corners = [top_left, top_left + along, top_left + across + along, top_left + across]
    return Quad.from_list(np.concatenate(corners).tolist())


def box_quad(box: Box, aspect: float = 1.0) -> Quad:
    """Return the smallest upright quad around a box drawn by hand, with `aspect` = width / height."""
    left, top, right, bottom = box
    if not (right > left and bottom > top):
        raise StudioError("The box around the face is empty: draw it from its top left to its bottom right corner.")
    width = max(right - left, (bottom - top) * aspect)
    return _upright_quad((left + right) / 2, (top + bottom) / 2, width, width / aspect)


def fitted_quad(width: int, height: int, aspect: float = 1.0) -> Quad:
    """Return the largest upright quad in the middle of a photo, with `aspect` = width / height."""
    crop_width = min(width, height * aspect)
    return _upright_quad(width / 2, height / 2, crop_width, crop_width / aspect)


def _upright_quad(x: float, y: float, width: float, height: float) -> Quad:
    """Return the upright rectangle around a centre (x, y)."""
    left, right, top, bottom = x - width / 2, x + width / 2, y - height / 2, y + height / 2
    return Quad((left, top, left, bottom, right, bottom, right, top))


def _is_parallelogram(corners: Floats) -> bool:
    """Return True if corners [4, 2] form a parallelogram, to a thousandth of its longer side, and have an area."""
    top_left, bottom_left, bottom_right, top_right = corners
    across, along = top_right - top_left, bottom_left - top_left
    size = max(np.hypot(*across), np.hypot(*along))
    bend = np.hypot(*(top_left - bottom_left + bottom_right - top_right))
    area = abs(across[0] * along[1] - across[1] * along[0])
    return bool(bend <= 1e-3 * size and area > 1e-6 * size**2)
