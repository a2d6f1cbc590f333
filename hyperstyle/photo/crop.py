"""The part of a photo that is inverted: chosen by a face or an animal, or the photo's middle."""

from dataclasses import dataclass

import numpy as np

from hyperstyle.photo.advice import advice
from hyperstyle.photo.alignment import align
from hyperstyle.photo.animals import AnimalFinder
from hyperstyle.photo.drawn_faces import find_drawn_faces
from hyperstyle.photo.faces import Face, FaceFinder
from hyperstyle.photo.finding import FoundFace, choose_face
from hyperstyle.photo.quads import Quad, fitted_quad
from hyperstyle.photo.reading import Photo, Pixels


@dataclass(frozen=True, eq=False)
class Crop:
    """A part of a photo, to be resampled at any size."""

    photo: Photo
    faces: tuple[FoundFace, ...]
    """All faces found in the photo, the largest first; empty where the crop was not chosen by a face."""
    quad: Quad
    """The cropped parallelogram, in the photo's pixels."""
    is_drawing: bool = False
    """True where faces were looked for and the detector found none in the unprocessed photo, as in drawings."""

    def pixels(self, height: int, width: int) -> Pixels:
        """Return the crop resampled to [height, width, 3]."""
        return align(self.photo.pixels, self.quad, height, width)

    def resolution(self, height: int, width: int) -> float:
        """Return how many of the photo's pixels lie on a side of each pixel of the crop at this size."""
        across, along = np.linalg.norm(self.quad.matrix[:2, :2], axis=0)
        return float(min(across / width, along / height))

    def advice(self) -> list[str]:
        """Return sentences that say why a person's face will be hard to invert, and what helps; else none."""
        chosen = [face for face in self.faces if isinstance(face, Face) and face.quad == self.quad]
        return advice(self.photo.pixels, chosen[0]) if chosen and not self.is_drawing else []


def crop_face(photo: Photo, finder: FaceFinder, index: int = 0) -> Crop:
    """Return the crop around the face of that index in a photo or drawing; 0 is the largest."""
    faces, is_drawing = find_faces(photo.pixels, finder)
    return Crop(photo, tuple(faces), choose_face(faces, index).quad, is_drawing)


def crop_animal(photo: Photo, finder: AnimalFinder, index: int = 0) -> Crop:
    """Return the crop around the animal of that index, 0 for the largest; the photo's middle where none is found."""
    animals = finder.find(photo.pixels)
    return Crop(photo, tuple(animals), choose_face(animals, index).quad) if animals else crop_middle(photo)


def find_faces(pixels: Pixels, finder: FaceFinder) -> tuple[list[Face], bool]:
    """Return the faces of a picture [H, W, 3], the largest first, and True where it was searched as a drawing.

    A picture is searched as a drawing where the detector finds no face in it as a photo.
    """
    faces = finder.find(pixels)
    return (faces, False) if faces else (find_drawn_faces(finder, pixels), True)


def crop_middle(photo: Photo, aspect: float = 1.0, finder: FaceFinder | None = None) -> Crop:
    """Return the largest crop in the middle of a photo with `aspect` = width / height.

    In domains of faces, `finder` serves to set `is_drawing`.
    """
    height, width = photo.pixels.shape[:2]
    is_drawing = finder is not None and not finder.find(photo.pixels)
    return Crop(photo, (), fitted_quad(width, height, aspect), is_drawing)
