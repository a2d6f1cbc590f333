"""A photo made ready for inversion: which faces are in it, and which part of it is taken."""

from dataclasses import dataclass

from hyperstyle.photo.alignment import align
from hyperstyle.photo.drawn_faces import find_drawn
from hyperstyle.photo.faces import Face, FaceFinder, choose_face
from hyperstyle.photo.quads import Quad, face_quad, fitted_quad
from hyperstyle.photo.reading import Photo, Pixels


@dataclass(frozen=True, eq=False)
class Prepared:
    """A photo and its crop, which can be cut out at any size."""

    photo: Photo
    faces: tuple[Face, ...]
    """All that were found, the largest first; none where none were looked for."""
    quad: Quad
    """The part of the photo that is inverted."""
    drawn: bool = False
    """Whether its domain is about faces and none was seen in it as it is, as in drawings and paintings."""

    def crop(self, height: int, width: int) -> Pixels:
        """The part as a picture [height, width, 3]."""
        return align(self.photo.pixels, self.quad, height, width)


def prepare_face(photo: Photo, finder: FaceFinder, index: int = 0) -> Prepared:
    """Take one of the faces of a photo or a drawing, counted from 0 for the largest."""
    faces, drawn = faces_in(photo.pixels, finder)
    return Prepared(photo, tuple(faces), face_quad(choose_face(faces, index).landmarks), drawn)


def faces_in(pixels: Pixels, finder: FaceFinder) -> tuple[list[Face], bool]:
    """The faces of a photo [H, W, 3], the largest first; where it has none, those of a drawing, and that it is one."""
    seen = finder.find(pixels)
    return (seen, False) if seen else (find_drawn(finder, pixels), True)


def prepare_middle(photo: Photo, aspect: float = 1.0, finder: FaceFinder | None = None) -> Prepared:
    """Take the largest crop in the middle of a photo, `aspect` being its width divided by its height.

    A `finder` tells whether it is a drawing, in a domain where that matters.
    """
    height, width = photo.pixels.shape[:2]
    drawn = finder is not None and not finder.find(photo.pixels)
    return Prepared(photo, (), fitted_quad(width, height, aspect), drawn)
