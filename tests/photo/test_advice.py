"""Advice on a face before it is inverted."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from hyperstyle.paths import EXAMPLES
from hyperstyle.photo.crop import crop_face
from hyperstyle.photo.faces import FaceFinder
from hyperstyle.photo.reading import Photo, read_photo

PORTRAIT = EXAMPLES / "female_099.jpg"


def said(image: Image.Image, finder: FaceFinder) -> str:
    return " ".join(crop_face(Photo(np.asarray(image)), finder).advice())


def darkened(image: Image.Image) -> Image.Image:
    return image.point(lambda value: value // 4)


def blurred(image: Image.Image) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(image.width / 200))


def shrunk(image: Image.Image) -> Image.Image:
    """A face of about 100 pixels on a larger canvas, as far away as in a photo of a group."""
    return image.resize((image.width // 3, image.height // 3), Image.Resampling.LANCZOS)


def lit_from_one_side(image: Image.Image) -> Image.Image:
    ramp = np.clip(np.linspace(-0.6, 1.6, image.width), 0.12, 1)[None, :, None]
    return Image.fromarray((np.asarray(image) * ramp).astype(np.uint8))


@pytest.mark.parametrize(
    ("spoil", "word"),
    [(darkened, "dark"), (blurred, "blurred"), (shrunk, "small"), (lit_from_one_side, "one side")],
)
def test_what_is_wrong_with_a_photo_is_said(
    spoil: Callable[[Image.Image], Image.Image], word: str, finder: FaceFinder
) -> None:
    with Image.open(PORTRAIT) as image:
        assert word not in said(image, finder)
        assert word in said(spoil(image), finder)


def test_most_portraits_need_no_advice(finder: FaceFinder, portraits: list[Path]) -> None:
    some = portraits[::7]
    assert sum(bool(crop_face(read_photo(path), finder).advice()) for path in some) <= len(some) / 8
