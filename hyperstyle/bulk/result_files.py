"""The files that an inverted photo becomes."""

from pathlib import Path

from hyperstyle.files import ensure_dir
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.inversion.methods import Method
from hyperstyle.inverter import Inverter
from hyperstyle.photo.crop import Crop
from hyperstyle.photo.pasting import paste_back
from hyperstyle.photo.reading import Photo
from hyperstyle.photo.saving import save_photo


def invert_into(folder: Path, inverter: Inverter, crop: Crop, method: Method, steps: int, polish: int = 0) -> Inversion:
    """Invert a photo and write into `folder` every step's picture, the aligned photo, the pasted one and the inversion.

    The picture of a step is written as soon as it is there; of the steps of polish, which differ little, the last one.
    """
    ensure_dir(folder)
    colours = colours_alone(crop.photo)
    for step in inverter.steps(crop, method=method, steps=steps):
        save_photo(folder / f"step-{step.index}.png", step.pixels, colours)
    if polish:
        *_, step = inverter.polish(crop, step.inversion, polish)
        save_photo(folder / f"step-{step.index}.png", step.pixels, colours)
    height, width = step.pixels.shape[:2]
    save_photo(folder / "aligned.png", crop.pixels(height, width), colours)
    save_photo(folder / "pasted.png", paste_back(crop.photo.pixels, step.pixels, crop.quad), crop.photo)
    step.inversion.save(folder / "inversion.safetensors")
    return step.inversion


def colours_alone(photo: Photo) -> Photo:
    """A photo's colour space for a picture that is not the photo: no place and no camera belong to it."""
    return Photo(photo.pixels, icc=photo.icc)
