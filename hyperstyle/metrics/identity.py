"""Whose face a picture shows, as dlib's network describes it."""

from pathlib import Path

import dlib
import numpy as np
from numpy.typing import NDArray

from hyperstyle.fork_safe_lock import ForkSafeLock
from hyperstyle.photo.faces import FaceFinder
from hyperstyle.photo.reading import Pixels

SAME_PERSON = 0.6
"""Identity distance below which dlib's authors take two faces for one person."""


class FaceIdentity:
    """Describes whose face it is with dlib's ResNet; one may serve several threads, which take turns."""

    def __init__(self, finder: FaceFinder, network_path: Path) -> None:
        self._finder = finder
        self._network = dlib.face_recognition_model_v1(str(network_path))
        self._turn = ForkSafeLock()  # dlib's objects hold what they are working on

    def describe(self, pixels: Pixels) -> NDArray[np.float64] | None:
        """The descriptor [128] of the largest face in a picture [H, W, 3], or None where no face is found."""
        faces = self._finder.find(pixels)
        if not faces:
            return None
        left, top, right, bottom = np.rint(faces[0].box).astype(int).tolist()
        places = np.rint(faces[0].landmarks).astype(int).tolist()
        points = dlib.points([dlib.point(x, y) for x, y in places])
        shape = dlib.full_object_detection(dlib.rectangle(left, top, right - 1, bottom - 1), points)
        with self._turn:
            return np.array(self._network.compute_face_descriptor(pixels, shape))
