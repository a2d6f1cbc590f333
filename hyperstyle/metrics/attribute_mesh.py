"""Eyebrows, lips and outlines of a face, by MediaPipe's mesh of 478 landmarks and its 52 blendshapes."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from zipfile import ZipFile

import numpy as np
import openvino
from numpy.typing import NDArray

from hyperstyle.metrics.attribute_shapes import Points
from hyperstyle.metrics.openvino_networks import compile_exactly
from hyperstyle.photo.reading import Pixels

LANDMARKS = 478
OVAL = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
"""Landmarks around the face, from the top of the forehead clockwise as seen in the picture."""
FOREHEAD, CHIN, LEFT_CHEEK, RIGHT_CHEEK, LEFT_JAW, RIGHT_JAW = 10, 152, 234, 454, 172, 397  # as seen in the picture
LEFT_EYE, RIGHT_EYE = 33, 263  # the outer corners
LIPS = ((0, 13), (14, 17))  # the outer and inner edge of the upper lip, and the inner and outer edge of the lower
LEFT_NOSTRIL, RIGHT_NOSTRIL = 129, 358  # the outer edges of the nose

BLENDED = (
    *(0, 1, 4, 5, 6, 7, 8, 10, 13, 14, 17, 21, 33, 37, 39, 40, 46, 52, 53, 54, 55, 58, 61, 63, 65, 66, 67, 70, 78, 80),
    *(81, 82, 84, 87, 88, 91, 93, 95, 103, 105, 107, 109, 127, 132, 133, 136, 144, 145, 146, 148, 149, 150, 152, 153),
    *(154, 155, 157, 158, 159, 160, 161, 162, 163, 168, 172, 173, 176, 178, 181, 185, 191, 195, 197, 234, 246, 249),
    *(251, 263, 267, 269, 270, 276, 282, 283, 284, 285, 288, 291, 293, 295, 296, 297, 300, 308, 310, 311, 312, 314),
    *(317, 318, 321, 323, 324, 332, 334, 336, 338, 356, 361, 362, 365, 373, 374, 375, 377, 378, 379, 380, 381, 382),
    *(384, 385, 386, 387, 388, 389, 390, 397, 398, 400, 402, 405, 409, 415, 454, 466, *range(468, 478)),
)
"""The 146 landmarks that the network of blendshapes reads."""
BROWS_DOWN, BROWS_UP, PUCKER = (1, 2), (3, 4, 5), 38
"""Blendshapes: both brows lowered; brows raised inside, at the left and at the right; lips pushed forward."""


class Mesh(NamedTuple):
    """Landmarks and blendshapes of one face, as MediaPipe finds them."""

    points: Points
    """Landmarks [478, 3]: x and y in the picture's pixels, and depth on the same scale."""
    blendshapes: NDArray[np.float32]
    """Strengths [52], 0 to 1."""


class FaceMesh:
    """The networks in `face_landmarker.task`, run by OpenVINO."""

    def __init__(self, task: Path) -> None:
        core = openvino.Core()
        with ZipFile(task) as archive, TemporaryDirectory() as folder:  # OpenVINO reads TFLite from files alone
            names = ("face_landmarks_detector.tflite", "face_blendshapes.tflite")
            landmarks, blendshapes = (core.read_model(archive.extract(name, folder)) for name in names)
            landmarks.reshape([1, 256, 256, 3])
            self._landmarks = compile_exactly(core, landmarks)
            self._blendshapes = compile_exactly(core, blendshapes)

    def __call__(self, pixels: Pixels) -> Mesh:
        """Return the mesh of the face in an aligned picture [256, 256, 3], which the network takes whole."""
        found = self._landmarks(pixels[None].astype(np.float32) / 255)[0]
        points = found.reshape(LANDMARKS, 3).astype(np.float64)
        blendshapes = self._blendshapes(points[None, list(BLENDED), :2].astype(np.float32))[0]
        return Mesh(points, blendshapes.copy())


def mesh_labels(mesh: Mesh) -> dict[str, float]:
    """Return the labels of a mesh; a larger value means more of what the name says.

    Widths of face and jaw are shares of the face's height and of its width; the others but those of blendshapes are in
    distances of the eyes. All are measured in depth too, so that a turn of the head changes them little.
    """

    def between(one: int, other: int) -> float:
        return float(np.linalg.norm(mesh.points[one] - mesh.points[other]))

    eyes, cheeks = between(LEFT_EYE, RIGHT_EYE), between(LEFT_CHEEK, RIGHT_CHEEK)
    up, down = (mesh.blendshapes[list(names)].mean() for names in (BROWS_UP, BROWS_DOWN))
    return {
        "brows-raised": float(up - down),
        "pout": float(mesh.blendshapes[PUCKER]),
        "face-width": cheeks / between(FOREHEAD, CHIN),
        "jaw-width": between(LEFT_JAW, RIGHT_JAW) / cheeks,
        "full-lips": sum(between(*lip) for lip in LIPS) / eyes,
        "nose-width": between(LEFT_NOSTRIL, RIGHT_NOSTRIL) / eyes,
    }
