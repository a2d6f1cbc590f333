"""The part of a photo that is inverted, and how it is chosen."""

from dataclasses import dataclass

from hyperstyle.photo.alignment import align
from hyperstyle.photo.drawn_faces import find_drawn
from hyperstyle.photo.faces import Face, FaceFinder, choose_face
from hyperstyle.photo.quads import Quad, face_quad, fitted_quad
from hyperstyle.photo.reading import Photo, Pixels


@dataclass(frozen=True, eq=False)
class Crop:
    """A part of a photo, which can be cut out at any size."""

    photo: Photo
    faces: tuple[Face, ...]
    """All faces that were found in the photo, the largest first; none where none were looked for."""
    quad: Quad
    """The part, in the photo's pixels."""
    is_drawing: bool = False
    """Whether the domain is about faces and none was seen in the photo as it is, as in drawings and paintings."""

    def pixels(self, height: int, width: int) -> Pixels:
        """The part as a picture [height, width, 3]."""
        return align(self.photo.pixels, self.quad, height, width)


def crop_face(photo: Photo, finder: FaceFinder, index: int = 0) -> Crop:
    """The crop around one of the faces of a photo or a drawing, counted from 0 for the largest."""
    faces, is_drawing = faces_in(photo.pixels, finder)
    return Crop(photo, tuple(faces), face_quad(choose_face(faces, index).landmarks), is_drawing)


def faces_in(pixels: Pixels, finder: FaceFinder) -> tuple[list[Face], bool]:
    """The faces of a photo [H, W, 3], the largest first; where it has none, those of a drawing, and that it is one."""
    seen = finder.find(pixels)
    return (seen, False) if seen else (find_drawn(finder, pixels), True)


def crop_middle(photo: Photo, aspect: float = 1.0, finder: FaceFinder | None = None) -> Crop:
    """The largest crop in the middle of a photo, `aspect` being its width divided by its height.

    A `finder` tells whether the photo is a drawing, in a domain where that matters.
    """
    height, width = photo.pixels.shape[:2]
    is_drawing = finder is not None and not finder.find(photo.pixels)
    return Crop(photo, (), fitted_quad(width, height, aspect), is_drawing)
