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

    def crop(self, height: int, width: int) -> Pixels:
        """The part as a picture [height, width, 3]."""
        return align(self.photo.pixels, self.quad, height, width)


def prepare_face(photo: Photo, finder: FaceFinder, index: int = 0) -> Prepared:
    """Take one of the faces of a photo or a drawing, counted from 0 for the largest."""
    faces = faces_in(photo.pixels, finder)
    return Prepared(photo, tuple(faces), face_quad(choose_face(faces, index).landmarks))


def faces_in(pixels: Pixels, finder: FaceFinder) -> list[Face]:
    """The faces of a photo [H, W, 3], the largest first; where it has none, those of a drawing."""
    return finder.find(pixels) or find_drawn(finder, pixels)


def prepare_middle(photo: Photo, aspect: float = 1.0) -> Prepared:
    """Take the largest crop in the middle of a photo, `aspect` being its width divided by its height."""
    height, width = photo.pixels.shape[:2]
    return Prepared(photo, (), fitted_quad(width, height, aspect))
