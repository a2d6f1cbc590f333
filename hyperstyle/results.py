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


def invert_into(
    folder: Path, workshop: Workshop, prepared: Prepared, method: Method, steps: int, polish: int = 0
) -> Inversion:
    """Invert a photo and write into `folder` every step's picture, the aligned photo, the pasted one and the inversion.

    The picture of a step is written as soon as it is there; of the steps of polish, which differ little, the last one.
    """
    made_folder(folder)
    crop = colours_alone(prepared.photo)
    records = []
    for step, record in workshop.invert(prepared, method, steps):
        records.append(record)
        save_photo(folder / f"step-{step.index}.png", to_pixels(step.picture[0]), crop)
    inversion = workshop.inversion(prepared, method, step, records)
    if polish:
        for polished, record in workshop.polish(prepared, inversion, polish):
            step = polished
            records.append(record)
        save_photo(folder / f"step-{step.index}.png", to_pixels(step.picture[0]), crop)
        inversion = workshop.inversion(prepared, method, step, records)
    picture = to_pixels(step.picture[0])
    height, width = picture.shape[:2]
    save_photo(folder / "aligned.png", prepared.crop(height, width), crop)
    save_photo(folder / "pasted.png", paste_back(prepared.photo.pixels, picture, prepared.quad), prepared.photo)
    inversion.save(folder / "inversion.safetensors")
    return inversion


def colours_alone(photo: Photo) -> Photo:
    """A photo's colour space for a picture that is not the photo: no place and no camera belong to it."""
    return Photo(photo.pixels, icc=photo.icc)
