"""Finding all faces of a photo and their 68 landmarks.

dlib's detector of oriented gradients sees faces from about 80 pixels wide on and takes time in proportion to the
pixels. So a photo is first brought to a size at which its faces are large enough and its pixels not too many. What may
be a face there is then looked at again in the photo itself, at one and the same size for all faces: that drops nearly
all false alarms, and makes the landmarks as fine as the photo.
"""

from dataclasses import dataclass
from pathlib import Path

import dlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hyperstyle.errors import StudioError
from hyperstyle.fork_safe_lock import ForkSafeLock
from hyperstyle.photo.quads import Box
from hyperstyle.photo.reading import Pixels

_ENLARGED = 4 / 3  # a face of 60 pixels becomes one of 80
_SEARCHED_PIXELS = 12_500_000  # half a second; a photo of 12 megapixels is searched at its own size
_MAYBE = -0.4  # score that both looks must have; 0 would miss a tenth of the faces that are just large enough
_SURE = 0.0  # score that one of them must have
_FACE = 300  # width of a face in the second look; landmarks are whole pixels of it
_SHIFTS = ((0.0, 0.0), (0.04, 0.0), (-0.04, 0.0), (0.0, 0.04), (0.0, -0.04))
_SAME = 0.4  # overlap from which two boxes are one face


@dataclass(frozen=True, eq=False)
class Face:
    """One face of a photo, in the photo's own pixels."""

    box: Box
    """About square, from brow to chin."""
    score: float
    """How sure the surer look was: 0 is doubtful, 1 is plain."""
    landmarks: NDArray[np.float64]
    """[68, 2], x and y, in the order of iBUG 300-W: jaw, brows, nose, eyes, mouth."""


class FaceFinder:
    """Finds faces with dlib; one finder may serve several threads, which take turns."""

    def __init__(self, predictor_path: Path) -> None:
        self._detector = dlib.get_frontal_face_detector()
        self._predictor = dlib.shape_predictor(str(predictor_path))
        self._turn = ForkSafeLock()  # dlib's objects hold what they are working on

    def find(self, pixels: Pixels) -> list[Face]:
        """All faces of a photo [H, W, 3], the largest first.

        Faces from 60 pixels wide on in photos of up to 12 megapixels; in larger ones those that would be 60 pixels
        wide if the photo were shrunk to that, so from 120 on in one of 48 megapixels.
        """
        faces: list[Face] = []
        for box, score in self._candidates(pixels):
            face = self._look_again(pixels, box, score)
            if face and all(_overlap(face.box, other.box) < _SAME for other in faces):
                faces.append(face)
        return sorted(faces, key=lambda face: _area(face.box), reverse=True)

    def _candidates(self, pixels: Pixels) -> list[tuple[Box, float]]:
        """Boxes and scores of what may be faces, the surest first."""
        height, width = pixels.shape[:2]
        scale = min(_ENLARGED, (_SEARCHED_PIXELS / (width * height)) ** 0.5)
        grey = Image.fromarray(pixels).convert("L")
        grey = grey.resize((round(width * scale), round(height * scale)), Image.Resampling.BILINEAR)
        return self._detect(grey, (width / grey.width, height / grey.height), (0, 0))

    def _look_again(self, pixels: Pixels, box: Box, score: float) -> Face | None:
        """The face at a box that the first look gave a score, or None where there is none after all."""
        height, width = pixels.shape[:2]
        side = box[2] - box[0]
        left, top = max(0, round(box[0] - side / 2)), max(0, round(box[1] - side / 2))
        right, bottom = min(width, round(box[2] + side / 2)), min(height, round(box[3] + side / 2))
        patch = Image.fromarray(pixels[top:bottom, left:right]).convert("L")
        size = (round(patch.width * _FACE / side), round(patch.height * _FACE / side))
        patch = patch.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)

        step = ((right - left) / patch.width, (bottom - top) / patch.height)
        half = patch.reduce(2)
        half_step = ((right - left) / half.width, (bottom - top) / half.height)
        seen = [
            (found, again)
            for found, again in self._detect(half, half_step, (left, top))
            if _overlap(found, box) > _SAME
        ]
        if not seen or max(score, seen[0][1]) < _SURE:
            return None
        box, again = seen[0]
        in_patch = (np.reshape(box, (2, 2)) - (left, top)) / step
        return Face(box, max(score, again), self._landmarks(patch, in_patch) * step + (left, top))

    def _detect(self, grey: Image.Image, step: tuple[float, float], origin: tuple[int, int]) -> list[tuple[Box, float]]:
        """Boxes and scores, the surest first, for a grey image whose pixels are `step` large and begin at `origin`."""
        with self._turn:
            rectangles, scores, _ = self._detector.run(np.asarray(grey), 0, _MAYBE)
        x, y = step
        return [
            (
                (
                    origin[0] + rectangle.left() * x,
                    origin[1] + rectangle.top() * y,
                    origin[0] + (rectangle.right() + 1) * x,
                    origin[1] + (rectangle.bottom() + 1) * y,
                ),
                float(score),
            )
            for rectangle, score in zip(rectangles, scores, strict=True)
        ]

    def _landmarks(self, grey: Image.Image, box: NDArray[np.float64]) -> NDArray[np.float64]:
        """Landmarks [68, 2] of the face at a box ((left, top), (right, bottom)), in the image's pixels.

        The predictor starts from the box, and a little other box gives a little other answer: the mean of five starts
        wobbles half as much from one size of the same photo to another.
        """
        image, size = np.asarray(grey), box[1] - box[0]
        total = np.zeros((68, 2))
        for shift in _SHIFTS:
            (left, top), (right, bottom) = np.rint(box + np.multiply(shift, size)).astype(int).tolist()
            with self._turn:
                shape = self._predictor(image, dlib.rectangle(left, top, right - 1, bottom - 1))
            total += [(point.x + 0.5, point.y + 0.5) for point in shape.parts()]
        return total / len(_SHIFTS)


def choose_face(faces: list[Face], index: int = 0) -> Face:
    """One of the faces of a photo, counted from 0 for the largest; a `StudioError` where there is none."""
    if not faces:
        raise StudioError(
            "No face was found (looked for faces turned to the camera, upright, at least 60 pixels wide): "
            "draw a box around the face, or take the middle of the photo."
        )
    if not 0 <= index < len(faces):
        raise StudioError(
            f"There is no face {index} in this photo: choose one from 0, the largest, to {len(faces) - 1}."
        )
    return faces[index]


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _overlap(one: Box, other: Box) -> float:
    """Intersection over union of two boxes, 0 to 1."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    common = max(0.0, width) * max(0.0, height)
    return common / (_area(one) + _area(other) - common)
