"""Finding the faces of big cats and their eyes, with detector and predictor from assets/."""

from dataclasses import replace

import dlib
import numpy as np

from hyperstyle.errors import StudioError
from hyperstyle.paths import ANIMAL_FINDER
from hyperstyle.photo.finding import Finder, FoundFace, Limits
from hyperstyle.photo.quads import ANIMAL_EYES, Quad, animal_quad
from hyperstyle.photo.reading import Pixels

_LIMITS = Limits(
    pixels=4_000_000,  # a quarter of a second
    min_score=-0.5,
    min_best_score=0.2,  # 0 would find no more than one in a hundred in addition, and seven times as much that is none
)
_ALIGNED = 0.06  # of the distance between the eyes, by which a find may be off


class Animal(FoundFace):
    """An animal's face: the box reaches from the forehead to the chin; the landmarks are its left and right eye."""

    @property
    def quad(self) -> Quad:
        """The crop by the alignment of AFHQ."""
        return animal_quad(self.landmarks)


class AnimalFinder(Finder[Animal]):
    """Finds animals' faces; thread-safe.

    The smallest face found is 60 pixels wide in photos of up to 2 megapixels, and 140 in those of 12.
    """

    def __init__(self) -> None:
        detector_file, predictor_file = map(str, ANIMAL_FINDER)
        try:
            detector, predictor = dlib.fhog_object_detector(detector_file), dlib.shape_predictor(predictor_file)
        except RuntimeError as error:
            names = " or ".join(file.name for file in ANIMAL_FINDER)
            raise StudioError(f"{names} in assets/ is missing or damaged: install the program again.") from error
        super().__init__(Animal, detector, predictor, _LIMITS)

    def find(self, pixels: Pixels) -> list[Animal]:
        """Return all animals' faces of a photo [H, W, 3], the largest first.

        In a photo that is aligned already, the eyes are where the alignment puts them, so that it is taken as it is.
        """
        height, width = pixels.shape[:2]
        aligned = np.array(ANIMAL_EYES) * (width, height)
        off = _ALIGNED * (aligned[1, 0] - aligned[0, 0]) if width == height else 0.0
        return [
            replace(animal, landmarks=aligned) if np.abs(animal.landmarks - aligned).max() < off else animal
            for animal in super().find(pixels)
        ]
