"""Several faces of one photo, each inverted and edited, and all of them in that photo."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from hyperstyle.editing.edits import Edits
from hyperstyle.inversion.methods import Method
from hyperstyle.inverter import Inverter
from hyperstyle.photo.crop import Crop
from hyperstyle.photo.finding import choose_face
from hyperstyle.photo.reading import Photo, Pixels


def edit_faces(
    inverter: Inverter, photo: Photo, edits: Edits, faces: Sequence[int] | None = None, method: Method | None = None
) -> Iterator[Pixels]:
    """The photo [H, W, 3] after each of its faces has been edited; `faces` are counted from 0 for the largest.

    All faces are edited where none are named. Each is cut out of the photo as it is by then, so that faces that are
    close to each other keep what was changed before.
    """
    first = inverter.crop(photo)
    if not first.faces:  # a photo of one part, the middle
        yield inverter.paste_pixels(photo, inverter.invert(first, method=method), edits)
        return
    for index in range(len(first.faces)) if faces is None else faces:
        crop = Crop(photo, first.faces, choose_face(first.faces, index).quad, first.is_drawing)
        pixels = inverter.paste_pixels(photo, inverter.invert(crop, method=method), edits)
        photo = replace(photo, pixels=pixels)
        yield pixels
