"""Age, gender presentation and smile of a face, by pretrained classifiers."""

from pathlib import Path

import dlib
import numpy as np
import openvino
from numpy.typing import NDArray
from PIL import Image

from hyperstyle.metrics.attribute_shapes import Points, face_frame
from hyperstyle.metrics.openvino_networks import compile_exactly
from hyperstyle.photo.reading import Pixels

MEANS = np.array(
    (122.782, 117.001, 104.298), np.float32
)  # of the pictures that the age and gender networks were trained on
PADDING = 0.2  # around the face, as those networks expect it
HAPPY = 3  # index among angry, disgusted, afraid, happy, sad, surprised, neutral
EMOTION_CENTRE, EMOTION_SIDE = 0.35, 2.6  # of the emotion network's square: below the eyes, and side, in eye distances
MIN_PROBABILITY = 1e-4  # probabilities are clamped to [1e-4, 1 - 1e-4], so that log odds are finite


class AttributeNetworks:
    """The age, gender and emotion classifiers, run by OpenVINO."""

    def __init__(self, age: Path, gender: Path, emotion: Path) -> None:
        core = openvino.Core()
        self._age, self._gender, self._emotion = (compile_exactly(core, path) for path in (age, gender, emotion))

    def labels(self, pixels: Pixels, landmarks: Points) -> dict[str, float]:
        """Return labels of the face with landmarks [68, 2] in a picture [H, W, 3]: age in years, others as log odds."""
        ages = self._age(_chip(pixels, landmarks, 64))[0][0]
        gender = self._gender(_chip(pixels, landmarks, 32))[0][0]
        emotions = self._emotion(_grey_face(pixels, landmarks))[0][0]
        return {
            "age": float(ages @ np.arange(len(ages))),
            "masculine": log_odds(gender[1]),
            "smile": log_odds(emotions[HAPPY]),
        }


def log_odds(probability: float) -> float:
    """Return log(p / (1 - p)) of a probability, clamped so that it is finite."""
    p = min(max(float(probability), MIN_PROBABILITY), 1 - MIN_PROBABILITY)
    return float(np.log(p / (1 - p)))


def _chip(pixels: Pixels, landmarks: Points, side: int) -> NDArray[np.float32]:
    """Return the upright face [1, 3, side, side], RGB, as (value - mean) / 256, for the age and gender networks."""
    points = [dlib.point(round(x), round(y)) for x, y in landmarks]
    left, top = np.rint(landmarks.min(0)).astype(int).tolist()
    right, bottom = np.rint(landmarks.max(0)).astype(int).tolist()
    shape = dlib.full_object_detection(dlib.rectangle(left, top, right, bottom), points)
    chip = dlib.get_face_chip(np.ascontiguousarray(pixels), shape, size=side, padding=PADDING)
    return np.moveaxis((chip.astype(np.float32) - MEANS) / 256, -1, 0)[None]


def _grey_face(pixels: Pixels, landmarks: Points) -> NDArray[np.float32]:
    """Return the face in greyscale [1, 64, 64, 1] in [-1, 1], for the emotion network."""
    frame = face_frame(landmarks)
    (x, y), half = frame.to_picture(np.array((0.0, EMOTION_CENTRE))), EMOTION_SIDE / 2 * np.hypot(*frame.across)
    box = (x - half, y - half, x + half, y + half)
    grey = Image.fromarray(pixels).convert("L")
    grey = grey.transform((64, 64), Image.Transform.EXTENT, box, Image.Resampling.BILINEAR)
    return np.asarray(grey, np.float32)[None, ..., None] / 127.5 - 1
