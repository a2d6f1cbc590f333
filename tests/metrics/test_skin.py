"""Lightness and tone of skin."""

import numpy as np
import pytest
from PIL import Image

from hyperstyle.metrics.attribute_shapes import Points
from hyperstyle.metrics.skin import skin_labels, skin_tone
from hyperstyle.paths import EXAMPLES
from hyperstyle.photo.crop import crop_face
from hyperstyle.photo.faces import FaceFinder
from hyperstyle.photo.reading import Pixels, read_photo
from tests.weights_at_hand import weight_file


@pytest.fixture(scope="module")
def finder() -> FaceFinder:
    return FaceFinder(weight_file("dlib-landmarks"))


def aligned(finder: FaceFinder, name: str) -> tuple[Pixels, Points]:
    """An example's aligned picture [256, 256, 3], and its landmarks [68, 2]."""
    pixels = crop_face(read_photo(EXAMPLES / f"{name}.jpg"), finder).pixels(256, 256)
    return pixels, finder.find(pixels)[0].landmarks


def tone(*rgb: int) -> float:
    return skin_tone(np.array(Image.new("RGB", (1, 1), rgb).convert("YCbCr").getpixel((0, 0)), np.float64))


def test_the_tone_of_known_colours_is_that_of_cielab() -> None:
    # L* and b*: (241, 194, 125) is 81.2 and 40.9, (141, 85, 36) is 41.7 and 37.2.
    assert tone(241, 194, 125) == pytest.approx(np.degrees(np.arctan2(81.2 - 50, 40.9)), abs=0.5)
    assert tone(141, 85, 36) == pytest.approx(np.degrees(np.arctan2(41.7 - 50, 37.2)), abs=0.5)
    assert tone(255, 219, 172) > 28 > tone(198, 134, 66) > -30 > tone(60, 40, 28)


def test_only_the_middle_of_the_face_counts(finder: FaceFinder) -> None:
    pixels, landmarks = aligned(finder, "male_090")
    before = skin_labels(pixels, landmarks)
    around = pixels.copy()
    around[:70] = around[:, :40] = around[:, 216:] = around[225:] = 255  # hair, background and chin
    assert skin_labels(around, landmarks) == before
    darker = skin_labels((pixels * 0.8).astype(np.uint8), landmarks)
    assert darker["skin-lightness"] == pytest.approx(0.8 * before["skin-lightness"], abs=1.5)
    assert darker["skin-tone"] < before["skin-tone"]
