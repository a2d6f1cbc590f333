"""The files that an inverted photo becomes."""

from pathlib import Path

from hyperstyle.inversion.methods import Method
from hyperstyle.inversion.record import Inversion
from hyperstyle.photo.pasting import paste_back
from hyperstyle.photo.preparing import Prepared
from hyperstyle.photo.reading import Photo
from hyperstyle.photo.saving import save_photo
from hyperstyle.photo.tensors import to_pixels
from hyperstyle.workshop import Workshop
from hyperstyle.writing import made_folder


def invert_into(folder: Path, workshop: Workshop, prepared: Prepared, method: Method, steps: int) -> Inversion:
    """Invert a photo and write into `folder` every step's picture, the aligned photo, the pasted one and the inversion.

    The picture of a step is written as soon as it is there.
    """
    made_folder(folder)
    original = prepared.photo
    # The crop has the photo's colours but is not the photo: no place and no camera belong to it.
    crop = Photo(original.pixels, icc=original.icc)
    records = []
    for step, record in workshop.invert(prepared, method, steps):
        picture = to_pixels(step.picture[0])
        save_photo(folder / f"step-{step.index}.png", picture, crop)
        records.append(record)
    height, width = picture.shape[:2]
    save_photo(folder / "aligned.png", prepared.crop(height, width), crop)
    save_photo(folder / "pasted.png", paste_back(original.pixels, picture, prepared.quad), original)
    inversion = workshop.inversion(prepared, method, step, records)
    inversion.save(folder / "inversion.safetensors")
    return inversion
