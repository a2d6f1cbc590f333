"""The files that are written for an inverted photo."""

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
    """Invert a photo; write every step's picture, the aligned and the pasted picture and the inversion into `folder`.

    Each step's picture is written at once; of the polish steps, which differ little, only the last one.
    """
    ensure_dir(folder)
    colours = color_profile_only(crop.photo)
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


def color_profile_only(photo: Photo) -> Photo:
    """Return the photo with its colour profile as the only metadata: rendered pictures have no GPS and no camera."""
    return Photo(photo.pixels, icc=photo.icc)
