"""Temporary files for downloads; each exists until Gradio has copied it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hyperstyle.editing.edits import DEFAULT_STYLE_AMOUNT, Edits
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.photo.reading import Photo, Pixels
from hyperstyle.photo.saving import save_photo
from hyperstyle.recipe import KEY, Recipe


@contextmanager
def temporary_file(name: str) -> Iterator[Path]:
    """Yield the path of a file of that name in a new temporary folder."""
    with TemporaryDirectory() as folder:
        yield Path(folder) / name


@contextmanager
def picture_file(pixels: Pixels, recipe: Recipe) -> Iterator[str]:
    """Write a picture [H, W, 3] as PNG with its recipe in the metadata; yield the path."""
    with temporary_file("picture.png") as path:
        save_photo(path, pixels, Photo(pixels), {KEY: recipe.to_text()})
        yield str(path)


@contextmanager
def photo_file(pixels: Pixels, photo: Photo) -> Iterator[str]:
    """Write a changed photo [H, W, 3] as JPEG with the metadata of the photo; yield its path."""
    with temporary_file("photo.jpg") as path:
        save_photo(path, pixels, photo)
        yield str(path)


@contextmanager
def card_file(pixels: Pixels) -> Iterator[str]:
    """Write a card [H, W, 3] as JPEG; yield its path."""
    with temporary_file("card.jpg") as path:
        save_photo(path, pixels, Photo(pixels))
        yield str(path)


def without_exif(photo: Photo) -> Photo:
    """Return a photo that does not tell where and with what it was taken."""
    return replace(photo, exif=None)


@contextmanager
def inversion_file(inversion: Inversion) -> Iterator[str]:
    """Write an inversion; yield the path."""
    with temporary_file("inversion.safetensors") as path:
        inversion.save(path)
        yield str(path)


def recipe_of(inversion: Inversion, edits: Edits, example: str | None = None) -> Recipe:
    """Return the recipe of an inversion with edits."""
    style = edits.style
    return Recipe(
        inversion.domain,
        inversion.method,
        inversion.steps[-1].index,
        edits.strength,
        dict(edits.amounts),
        example,
        style.name if style else None,
        style.amount if style else DEFAULT_STYLE_AMOUNT,
        edits.text,
    )
