"""Finding all faces of a photo and their 68 landmarks.

dlib's HOG detector finds faces from about 80 pixels wide, in time proportional to the number of pixels. So it first
searches the whole photo at a size that balances both. Each candidate is then cropped from the photo, resized so that
all faces have the same width, and detected again: that rejects nearly all false positives, and the landmarks become as
precise as the photo allows.
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

_MAX_SCALE = 4 / 3  # a face of 60 pixels becomes one of 80
_SEARCHED_PIXELS = 12_500_000  # half a second; a photo of 12 megapixels is searched at its own size
_MIN_SCORE = -0.4  # that both detections need; 0 would miss a tenth of the faces that are just large enough
_MIN_BEST_SCORE = 0.0  # that the better detection needs
_FACE_WIDTH = 300  # pixels, for the second detection; landmarks are whole pixels at this size
_SHIFTS = ((0.0, 0.0), (0.04, 0.0), (-0.04, 0.0), (0.0, 0.04), (0.0, -0.04))  # of the box, in widths and heights of it
_SAME_FACE = 0.4  # intersection over union from which two boxes are one face


@dataclass(frozen=True, eq=False)
class Face:
    """One face of a photo, in the photo's own pixels."""

    box: Box
    """The detector's box, about square, from brow to chin."""
    score: float
    """The better of the two detection scores: 0 is doubtful, 1 is certain."""
    landmarks: NDArray[np.float64]
    """Landmarks [68, 2], x and y, in the order of iBUG 300-W: jaw, brows, nose, eyes, mouth."""


class FaceFinder:
    """Finds faces with dlib; thread-safe."""

    def __init__(self, predictor_path: Path) -> None:
        self._detector = dlib.get_frontal_face_detector()
        self._predictor = dlib.shape_predictor(str(predictor_path))
        self._lock = ForkSafeLock()  # dlib's objects keep state while they work

    def find(self, pixels: Pixels) -> list[Face]:
        """Return all faces of a photo [H, W, 3], the largest first.

        The smallest face found is 60 pixels wide in photos of up to 12 megapixels. In larger photos it is
        60 * sqrt(megapixels / 12) pixels wide, so 120 at 48 megapixels.
        """
        faces: list[Face] = []
        for box, score in self._candidates(pixels):
            face = self._refine(pixels, box, score)
            if face and all(_overlap(face.box, other.box) < _SAME_FACE for other in faces):
                faces.append(face)
        return sorted(faces, key=lambda face: _area(face.box), reverse=True)

    def _candidates(self, pixels: Pixels) -> list[tuple[Box, float]]:
        """Return boxes and scores of possible faces in a photo [H, W, 3], the highest score first."""
        height, width = pixels.shape[:2]
        scale = min(_MAX_SCALE, (_SEARCHED_PIXELS / (width * height)) ** 0.5)
        grey = Image.fromarray(pixels).convert("L")
        grey = grey.resize((round(width * scale), round(height * scale)), Image.Resampling.BILINEAR)
        return self._detect(grey, (width / grey.width, height / grey.height), (0, 0))

    def _refine(self, pixels: Pixels, box: Box, score: float) -> Face | None:
        """Detect a candidate again in the photo [H, W, 3] itself; return None for a false positive."""
        height, width = pixels.shape[:2]
        side = box[2] - box[0]
        left, top = max(0, round(box[0] - side / 2)), max(0, round(box[1] - side / 2))
        right, bottom = min(width, round(box[2] + side / 2)), min(height, round(box[3] + side / 2))
        patch = Image.fromarray(pixels[top:bottom, left:right]).convert("L")
        size = (round(patch.width * _FACE_WIDTH / side), round(patch.height * _FACE_WIDTH / side))
        patch = patch.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)

        step = ((right - left) / patch.width, (bottom - top) / patch.height)
        half = patch.reduce(2)
        half_step = ((right - left) / half.width, (bottom - top) / half.height)
        detections = [
            (new_box, new_score)
            for new_box, new_score in self._detect(half, half_step, (left, top))
            if _overlap(new_box, box) > _SAME_FACE
        ]
        if not detections or max(score, detections[0][1]) < _MIN_BEST_SCORE:
            return None
        box, new_score = detections[0]
        in_patch = (np.reshape(box, (2, 2)) - (left, top)) / step
        return Face(box, max(score, new_score), self._landmarks(patch, in_patch) * step + (left, top))

    def _detect(self, grey: Image.Image, step: tuple[float, float], origin: tuple[int, int]) -> list[tuple[Box, float]]:
        """Return boxes in the photo's pixels with their scores, the highest first.

        `grey` is a part of the photo: `origin` is its top left pixel (x, y), `step` photo pixels per pixel of it.
        """
        with self._lock:
            rectangles, scores, _ = self._detector.run(np.asarray(grey), 0, _MIN_SCORE)
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
        """Return the landmarks [68, 2] of the face in a box ((left, top), (right, bottom)), in the image's pixels.

        They are the mean over five slightly shifted boxes, because the predictor depends on the box it starts from:
        that halves how much they vary between different sizes of one photo.
        """
        image, size = np.asarray(grey), box[1] - box[0]
        total = np.zeros((68, 2))
        for shift in _SHIFTS:
            (left, top), (right, bottom) = np.rint(box + np.multiply(shift, size)).astype(int).tolist()
            with self._lock:
                shape = self._predictor(image, dlib.rectangle(left, top, right - 1, bottom - 1))
            total += [(point.x + 0.5, point.y + 0.5) for point in shape.parts()]
        return total / len(_SHIFTS)


def choose_face(faces: list[Face], index: int = 0) -> Face:
    """Return the face of that index, where 0 is the largest; a `StudioError` where there is none."""
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
    """Return the intersection over union of two boxes, 0 to 1."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    common = max(0.0, width) * max(0.0, height)
    return common / (_area(one) + _area(other) - common)
