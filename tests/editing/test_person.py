"""A style that is for the person alone leaves the background as it is."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from hyperstyle.editing.edits import Edits, StyleChoice
from hyperstyle.editing.person import person_in
from hyperstyle.editing.photo_editor import PhotoEditor
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.paths import EXAMPLES
from hyperstyle.photo.quads import box_quad
from hyperstyle.photo.reading import Photo, read_photo
from tests.weights_at_hand import weight_file

FACE = slice(170, 320), slice(260, 370)
WALL = slice(60, 300), slice(500, 600)
STYLED = Edits(style=StyleChoice("pencil", 1.0))
ALONE = replace(STYLED, style=StyleChoice("pencil", 1.0, person_alone=True))


@pytest.fixture(scope="module")
def photo() -> Photo:
    """A man in front of a wall."""
    weight_file("selfie-segmenter")
    return read_photo(EXAMPLES / "male_090.jpg")


def test_a_person_is_told_from_the_background(photo: Photo) -> None:
    found = person_in(photo.pixels)
    assert found.shape == (640, 640)
    assert found[FACE].min() > 0.9
    assert found[WALL].max() < 0.05


def test_the_person_alone_takes_a_style(photo: Photo) -> None:
    inversion = Inversion(
        "faces-lite", "hyperstyle", torch.zeros(1, 512), {}, box_quad((30, 20, 610, 600)), (640, 640), ()
    )
    darker = (photo.pixels[20:600, 30:610] * 0.6).astype(np.uint8)
    editor = PhotoEditor(lambda *_: darker)
    everything, person = (editor.paste(photo, inversion, edits).astype(int) for edits in (STYLED, ALONE))
    assert np.abs(person - everything)[FACE].max() <= 2
    assert np.abs(everything - photo.pixels)[WALL].mean() > 50
    assert np.abs(person - photo.pixels)[WALL].max() < 5


def test_a_smaller_picture_is_carried_into_a_larger_crop(photo: Photo) -> None:
    drawn = np.ascontiguousarray((photo.pixels[::4, ::4] * 0.6).astype(np.uint8))
    inversion = Inversion("wild", "hyperstyle", torch.zeros(1, 512), {}, box_quad((0, 0, 640, 640)), (640, 640), ())
    crop = PhotoEditor(lambda *_: drawn).carry(photo.pixels, inversion, ALONE, drawn)
    assert crop.pixels.shape == photo.pixels.shape
    assert np.abs(crop.pixels.astype(int) - photo.pixels)[FACE].mean() > 30
    assert np.abs(crop.pixels.astype(int) - photo.pixels)[WALL].max() < 5
