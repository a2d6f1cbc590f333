"""Face descriptors by dlib's network: two faces of one person have descriptors close to each other."""

from pathlib import Path

import dlib
import numpy as np
from numpy.typing import NDArray

from hyperstyle.fork_safe_lock import ForkSafeLock
from hyperstyle.photo.faces import FaceFinder
from hyperstyle.photo.reading import Pixels

SAME_PERSON = 0.6
"""Distance of two descriptors below which dlib's authors take the faces for one person's."""


class FaceIdentity:
    """Computes descriptors of faces with dlib's ResNet; thread-safe."""

    def __init__(self, finder: FaceFinder, network_path: Path) -> None:
        self._finder = finder
        self._network = dlib.face_recognition_model_v1(str(network_path))
        self._lock = ForkSafeLock()  # dlib's objects keep state while they work

    def describe(self, pixels: Pixels) -> NDArray[np.float64] | None:
        """Return the descriptor [128] of the largest face in a picture [H, W, 3], or None where no face is found."""
        faces = self._finder.find(pixels)
        if not faces:
            return None
        left, top, right, bottom = np.rint(faces[0].box).astype(int).tolist()
        places = np.rint(faces[0].landmarks).astype(int).tolist()
        points = dlib.points([dlib.point(x, y) for x, y in places])
        shape = dlib.full_object_detection(dlib.rectangle(left, top, right - 1, bottom - 1), points)
        with self._lock:
            return np.array(self._network.compute_face_descriptor(pixels, shape))
