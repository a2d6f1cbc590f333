"""Labels by which a portrait is described in words: those that directions follow, and many more."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hyperstyle.metrics.attribute_hair import hair_labels
from hyperstyle.metrics.attribute_mesh import FaceMesh, mesh_labels
from hyperstyle.metrics.attribute_objects import Objects
from hyperstyle.metrics.attribute_scene import scene_of
from hyperstyle.metrics.attribute_surroundings import surroundings_labels
from hyperstyle.metrics.attributes import LABELS, Labeller
from hyperstyle.photo.reading import Pixels

DESCRIBED = (
    *LABELS,
    *("brows-raised", "pout", "face-width", "jaw-width", "full-lips", "nose-width", "thick-brows", "teeth"),
    *("hair-length", "bangs", "curls", "straight-hair", "red-hair", "grey-hair"),
    *("hat", "sunglasses", "suit"),
    *("light-background", "blue-background", "red-background", "green-background"),
    *("colourful-background", "busy-background"),
    *("light-clothes", "blue-clothes", "red-clothes"),
)
"""Names of all labels, in their order in arrays."""


class Describer:
    """Computes all labels of the face in an aligned picture."""

    names: tuple[str, ...] = DESCRIBED

    def __init__(
        self,
        labeller: Labeller,
        mesh: FaceMesh,
        objects: Objects,
        person_in: Callable[[Pixels], NDArray[np.float32]],
    ) -> None:
        """`person_in` returns the probability [H, W] that a pixel of a picture [H, W, 3] shows a person."""
        self._labeller, self._mesh, self._objects, self._person_in = labeller, mesh, objects, person_in

    def labels(self, pixels: Pixels) -> NDArray[np.float32]:
        """Return the labels [labels], in the order of `DESCRIBED`, of an aligned picture [256, 256, 3].

        A label is NaN where the picture does not show what it measures.
        """
        mesh = self._mesh(pixels)
        scene = scene_of(pixels, self._person_in(pixels), self._labeller.landmarks(pixels), mesh.points[:, :2])
        labels = dict(zip(LABELS, self._labeller.labels(pixels).tolist(), strict=True))
        labels |= mesh_labels(mesh) | hair_labels(scene) | surroundings_labels(scene) | self._objects.labels(pixels)
        return np.array([labels[name] for name in DESCRIBED], np.float32)
