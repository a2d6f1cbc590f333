"""Crops lie where they are said to lie, and faces in them where FFHQ has them."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hyperstyle.errors import StudioError
from hyperstyle.photo.alignment import align
from hyperstyle.photo.faces import FaceFinder
from hyperstyle.photo.quads import Quad, box_quad, fitted_quad
from hyperstyle.photo.reading import Pixels
from tests.photo.scenes import load, times_of_halving

# Where eyes, nose and mouth corners lie on the mean over FFHQ, in pictures of 512 pixels.
_FFHQ_MEAN = np.array([(193, 240), (319, 240), (257, 314), (201, 371), (313, 371)])


def points(landmarks: np.ndarray) -> np.ndarray:
    """[5, 2]: eyes, tip of the nose, corners of the mouth."""
    return np.array([landmarks[36:42].mean(0), landmarks[42:48].mean(0), landmarks[30], landmarks[48], landmarks[54]])


def ramps(height: int, width: int) -> Pixels:
    """Red tells x, green tells y, half a level for a pixel, rounded up and down in turn; blue is even."""
    y, x = np.mgrid[0.5:height, 0.5:width] / 2
    checks = np.indices((height, width)).sum(axis=0) % 2 / 2 - 0.25
    y, x = y + checks, x + checks
    return np.rint(np.stack([x, y, np.full_like(x, 128)], axis=2)).astype(np.uint8)


def turned(degrees: float, x: float, y: float, width: float, height: float) -> Quad:
    """A turned rectangle around a centre."""
    angle = np.radians(degrees)
    across = np.array([np.cos(angle), np.sin(angle)]) * width / 2
    along = np.array([-np.sin(angle), np.cos(angle)]) * height / 2
    corners = [-across - along, -across + along, across + along, across - along]
    return Quad.from_list((np.array([x, y]) + corners).ravel().tolist())


def test_faces_lie_where_ffhq_has_them(finder: FaceFinder, portraits: list[Path]) -> None:
    """Measured again on the aligned pictures: each about there, and the mean of all very near."""
    found, paths = [], portraits[4::10]
    for path in paths:
        pixels = load(path)
        aligned = align(pixels, finder.find(pixels)[0].quad, 512, 512)
        again = finder.find(aligned)[0].landmarks
        found.append(points(again))
        eyes, mouth = found[-1][:2].mean(axis=0), found[-1][3:].mean(axis=0)
        assert np.abs(eyes + 0.1 * (mouth - eyes) - 256).max() < 6  # what the crop is centred on
        across, along = found[-1][1] - found[-1][0], mouth - eyes
        assert abs(max(2 * np.hypot(*across), 1.8 * np.hypot(*along)) - 256) < 10  # and what it is sized by
    difference = np.mean(found, axis=0) - _FFHQ_MEAN
    assert np.abs(difference).max() < 45 / len(set(paths)) ** 0.5  # 10 pixels for 20 different faces
    assert np.abs(np.array(found) - _FFHQ_MEAN).max() < 55


def test_a_tilted_face_is_turned_level(finder: FaceFinder, portraits: list[Path]) -> None:
    upright = Image.open(portraits[1]).convert("RGB")
    tilted = np.asarray(upright.rotate(17, Image.Resampling.BICUBIC, fillcolor="grey"))
    quad = finder.find(tilted)[0].quad
    aligned = finder.find(align(tilted, quad, 512, 512))[0].landmarks
    straight = finder.find(align(np.asarray(upright), finder.find(np.asarray(upright))[0].quad, 512, 512))[0]
    assert np.abs(points(aligned) - points(straight.landmarks)).max() < 8


@pytest.mark.parametrize(
    ("quad", "height", "width"),
    [
        (turned(0, 250, 200, 200, 200), 200, 200),
        (turned(0, 250.3, 199.6, 150.5, 150.5), 64, 64),
        (turned(25, 250, 200, 240, 240), 100, 100),
        (turned(-70, 240, 210, 60, 60), 256, 256),
        (turned(10, 260, 200, 200, 150), 192, 256),
    ],
)
def test_every_pixel_comes_from_its_place_in_the_quad(quad: Quad, height: int, width: int) -> None:
    picture = align(ramps(400, 500), quad, height, width).astype(float)
    top_left, bottom_left, _, top_right = quad.corners
    rows, columns = (np.arange(height) + 0.5) / height, (np.arange(width) + 0.5) / width
    place = top_left + columns[None, :, None] * (top_right - top_left) + rows[:, None, None] * (bottom_left - top_left)
    error = picture[..., :2] - place / 2
    assert np.abs(error).max() < 1.6
    assert np.abs(error.mean(axis=(0, 1))).max() < 0.1  # a shift of a fifth of a pixel would show


def test_fine_patterns_become_grey_and_not_another_pattern() -> None:
    checks = np.indices((1200, 1200)).sum(axis=0) % 2 * 255
    pixels = np.repeat(checks[..., None], 3, axis=2).astype(np.uint8)
    picture = align(pixels, turned(12, 600, 600, 800, 800), 200, 200)
    assert np.abs(picture.astype(int) - 127).max() < 6


def test_the_photo_itself_is_not_touched_where_the_crop_leaves_it() -> None:
    fields = np.random.default_rng(5).integers(60, 200, (30, 30, 3), dtype=np.uint8)
    whole = np.asarray(Image.fromarray(fields).resize((1200, 1200), Image.Resampling.BICUBIC))
    part = whole[300:900, 300:900]
    quad = turned(20, 250, 60, 500, 500)
    moved = Quad.from_list([number + 300 for number in quad.to_list()])
    inside, outside = align(whole, moved, 256, 256).astype(int), align(part, quad, 256, 256).astype(int)
    x, y = np.moveaxis(places(quad, 256), 2, 0)
    within = (x > 12) & (y > 12) & (x < 588) & (y < 588)
    assert 0.4 < within.mean() < 0.8
    assert np.abs(inside - outside)[within].max() <= 4
    assert outside[(y < -100) & (x > 0)].std() < 0.6 * outside[within].std()  # blurred, and not black
    assert outside[y < 0].min() > 40


def places(quad: Quad, size: int) -> np.ndarray:
    """Where each pixel of a square crop lies in the photo: [size, size, 2]."""
    top_left, bottom_left, _, top_right = quad.corners
    share = (np.arange(size) + 0.5) / size
    return top_left + share[None, :, None] * (top_right - top_left) + share[:, None, None] * (bottom_left - top_left)


def test_a_crop_far_larger_than_the_photo_is_filled_and_one_outside_is_refused() -> None:
    pixels = ramps(100, 140)
    assert align(pixels, turned(30, 50, 50, 2000, 2000), 128, 128).shape == (128, 128, 3)
    for quad in (turned(0, 500, 50, 100, 100), turned(0, 50, 50, 1e9, 1e9)):
        with pytest.raises(StudioError, match="outside the photo, or is far larger"):
            align(pixels, quad, 128, 128)


def test_aligning_in_48_megapixels_is_quick() -> None:
    pixels = np.full((6048, 8064, 3), 90, np.uint8)
    quad = turned(8, 4000, 3000, 3500, 3500)
    assert times_of_halving(lambda: align(pixels, quad, 1024, 1024), pixels) < 2


def test_crops_fitted_into_photos() -> None:
    assert fitted_quad(800, 600, 4 / 3).corners.tolist() == [[0, 0], [0, 600], [800, 600], [800, 0]]
    assert fitted_quad(800, 600).corners.tolist() == [[100, 0], [100, 600], [700, 600], [700, 0]]
    assert fitted_quad(600, 800, 4 / 3).corners.tolist() == [[0, 175], [0, 625], [600, 625], [600, 175]]


def test_crops_around_boxes() -> None:
    assert box_quad((10, 20, 110, 60)).corners.tolist() == [[10, -10], [10, 90], [110, 90], [110, -10]]
    assert box_quad((10, 20, 110, 140), 2.0).corners.tolist() == [[-60, 20], [-60, 140], [180, 140], [180, 20]]
    with pytest.raises(StudioError, match="draw it from its top left"):
        box_quad((10, 20, 10, 60))


def test_a_quad_is_eight_numbers() -> None:
    quad = turned(33.3, 1000 / 3, 200 / 7, 77.7, 88.8)
    assert Quad.from_list(quad.to_list()) == quad
    for numbers in (quad.to_list()[:7], [0.0] * 8, [float("nan")] * 8, [0, 0, 0, 9, 9, 9, 12, 0]):
        with pytest.raises(StudioError, match="do not form a parallelogram"):
            Quad.from_list(numbers)
