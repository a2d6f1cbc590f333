"""Finding all faces of a photo and their landmarks, with dlib: people's (`faces.py`) and animals' (`animals.py`).

dlib's HOG detectors find faces from about 80 pixels wide, in time proportional to the number of pixels. So they first
search the whole photo at a size that balances both. Each candidate is then cropped from the photo, resized so that
all faces have the same width, and detected again: that rejects nearly all false positives, and the landmarks become as
precise as the photo allows.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import dlib
import numpy as np
from PIL import Image

from hyperstyle.errors import StudioError
from hyperstyle.fork_safe_lock import ForkSafeLock
from hyperstyle.photo.quads import Box, Floats, Quad
from hyperstyle.photo.reading import Pixels

_MAX_SCALE = 4 / 3  # a face of 60 pixels becomes one of 80
_FACE_WIDTH = 300  # pixels, for the second detection; landmarks are whole pixels at this size
_SHIFTS = ((0.0, 0.0), (0.04, 0.0), (-0.04, 0.0), (0.0, 0.04), (0.0, -0.04))  # of the box, in widths and heights of it
_SAME_FACE = 0.4  # intersection over union from which two boxes are one face


@dataclass(frozen=True, eq=False)
class FoundFace(ABC):
    """One face of a photo, in the photo's own pixels."""

    box: Box
    """The detector's box, about square."""
    score: float
    """The better of the two detection scores: 0 is doubtful, 1 is certain."""
    landmarks: Floats
    """Landmarks [L, 2], x and y."""

    @property
    @abstractmethod
    def quad(self) -> Quad:
        """The crop in which the face lies as a generator expects it."""


F = TypeVar("F", bound=FoundFace)


@dataclass(frozen=True)
class Limits:
    """Limits of a search."""

    pixels: int
    """Size at which a larger photo is searched."""
    min_score: float
    """Score that both detections need."""
    min_best_score: float
    """Score that the better detection needs."""


class Finder(Generic[F]):
    """Finds faces of the kind `F` with dlib; thread-safe."""

    def __init__(
        self, kind: type[F], detector: "dlib.fhog_object_detector", predictor: "dlib.shape_predictor", limits: Limits
    ) -> None:
        self._kind, self._detector, self._predictor, self._limits = kind, detector, predictor, limits
        self._lock = ForkSafeLock()  # dlib's objects keep state while they work

    def find(self, pixels: Pixels) -> list[F]:
        """Return all faces of a photo [H, W, 3], the largest first."""
        faces: list[F] = []
        for box, score in self._candidates(pixels):
            face = self._refine(pixels, box, score)
            if face and all(_overlap(face.box, other.box) < _SAME_FACE for other in faces):
                faces.append(face)
        return sorted(faces, key=lambda face: _area(face.box), reverse=True)

    def _candidates(self, pixels: Pixels) -> list[tuple[Box, float]]:
        """Return boxes and scores of possible faces in a photo [H, W, 3], the highest score first."""
        height, width = pixels.shape[:2]
        scale = min(_MAX_SCALE, (self._limits.pixels / (width * height)) ** 0.5)
        grey = Image.fromarray(pixels).convert("L")
        grey = grey.resize((round(width * scale), round(height * scale)), Image.Resampling.BILINEAR)
        return self._detect(grey, (width / grey.width, height / grey.height), (0, 0))

    def _refine(self, pixels: Pixels, box: Box, score: float) -> F | None:
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
        if not detections or max(score, detections[0][1]) < self._limits.min_best_score:
            return None
        box, new_score = detections[0]
        in_patch = (np.reshape(box, (2, 2)) - (left, top)) / step
        return self._kind(box, max(score, new_score), self._landmarks(patch, in_patch) * step + (left, top))

    def _detect(self, grey: Image.Image, step: tuple[float, float], origin: tuple[int, int]) -> list[tuple[Box, float]]:
        """Return boxes in the photo's pixels with their scores, the highest first.

        `grey` is a part of the photo: `origin` is its top left pixel (x, y), `step` photo pixels per pixel of it.
        """
        with self._lock:
            rectangles, scores, _ = self._detector.run(np.asarray(grey), 0, self._limits.min_score)
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

    def _landmarks(self, grey: Image.Image, box: Floats) -> Floats:
        """Return the landmarks [L, 2] of the face in a box ((left, top), (right, bottom)), in the image's pixels.

        They are the mean over five slightly shifted boxes, because the predictor depends on the box it starts from:
        that halves how much they vary between different sizes of one photo.
        """
        image, size = np.asarray(grey), box[1] - box[0]
        shapes = []
        for shift in _SHIFTS:
            (left, top), (right, bottom) = np.rint(box + np.multiply(shift, size)).astype(int).tolist()
            with self._lock:
                shape = self._predictor(image, dlib.rectangle(left, top, right - 1, bottom - 1))
            shapes.append([(point.x + 0.5, point.y + 0.5) for point in shape.parts()])
        return np.mean(shapes, axis=0)


def choose_face(faces: Sequence[F], index: int = 0) -> F:
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
