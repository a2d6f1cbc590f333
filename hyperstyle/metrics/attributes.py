"""Attribute labels of faces: age, pose, smile, hair colour and others, from classifiers, landmarks and colours."""

from pathlib import Path

import dlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hyperstyle.metrics.attribute_colours import colour_labels
from hyperstyle.metrics.attribute_networks import AttributeNetworks
from hyperstyle.metrics.attribute_shapes import Points, shape_labels
from hyperstyle.metrics.skin import skin_labels
from hyperstyle.photo.reading import Pixels

LABELS = (
    *("age", "masculine", "smile"),
    *("yaw", "pitch", "mouth-open", "eyes-open"),
    *("brightness", "light-side", "hair-light", "lips-red", "beard", "glasses"),
)
"""Names of the labels that directions follow, in their order in arrays."""

FACE_BOX = dlib.rectangle(48, 67, 210, 228)
"""The detector's box in aligned pictures of 256 pixels, which varies by a few pixels only: no detection is needed."""


class Labeller:
    """Computes the attribute labels of the face in an aligned picture."""

    names: tuple[str, ...] = LABELS

    def __init__(self, predictor: Path, networks: AttributeNetworks) -> None:
        self._predictor = dlib.shape_predictor(str(predictor))
        self._networks = networks

    def labels(self, pixels: Pixels) -> NDArray[np.float32]:
        """Return the labels [labels], in the order of `LABELS`, of an aligned picture [256, 256, 3]."""
        labels = self.labels_by_name(pixels)
        return np.array([labels[name] for name in LABELS], np.float32)

    def labels_by_name(self, pixels: Pixels) -> dict[str, float]:
        """Return the labels of an aligned picture [256, 256, 3] by name: those of `LABELS` and of `skin_labels`."""
        landmarks = self.landmarks(pixels)
        labels = self._networks.labels(pixels, landmarks) | shape_labels(landmarks) | colour_labels(pixels, landmarks)
        return labels | skin_labels(pixels, landmarks)

    def landmarks(self, pixels: Pixels) -> Points:
        """Return the landmarks [68, 2] of the face in an aligned picture [256, 256, 3]."""
        shape = self._predictor(np.asarray(Image.fromarray(pixels).convert("L")), FACE_BOX)
        return np.array([(point.x + 0.5, point.y + 0.5) for point in shape.parts()])
