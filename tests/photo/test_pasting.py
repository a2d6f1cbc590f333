"""What goes back into the photo lies exactly where it was cut out, and all else stays as it was."""

import numpy as np
import pytest
from PIL import Image

from hyperstyle.photo.alignment import align
from hyperstyle.photo.pasting import paste_back
from hyperstyle.photo.quads import Quad
from hyperstyle.photo.reading import Pixels
from tests.photo.scenes import times_of_halving
from tests.photo.test_aligning import turned

_QUADS = {
    "larger than the picture": turned(14, 700, 640, 800, 800),
    "as large": turned(0, 700, 640, 256, 256),
    "smaller": turned(-35, 500, 500, 90, 90),
    "wide": turned(5, 700, 640, 600, 450),
    "over a corner": turned(20, 90, 60, 500, 500),
    "over all sides": turned(10, 700, 600, 2600, 2600),
}


def photo(width: int = 1400, height: int = 1200, grain: float = 10) -> Pixels:
    """Soft fields of colour, and grain."""
    random = np.random.default_rng(3)
    fields = Image.fromarray(random.integers(30, 225, (12, 14, 3), dtype=np.uint8))
    soft = np.asarray(fields.resize((width, height), Image.Resampling.BICUBIC))
    return np.clip(soft + random.normal(0, grain, soft.shape), 0, 255).astype(np.uint8)


def depth(quad: Quad, pixels: Pixels) -> np.ndarray:
    """[H, W]: how deep in the quad the middle of each pixel lies, in pixels; negative outside."""
    y, x = np.mgrid[0.5 : pixels.shape[0], 0.5 : pixels.shape[1]]
    corners = quad.corners
    distances = []
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        side = end - start
        distances.append(((y - start[1]) * side[0] - (x - start[0]) * side[1]) / np.hypot(*side))
    return np.min(np.negative(distances), axis=0)


@pytest.mark.parametrize("feather", [0.0, 0.1, 0.5])
@pytest.mark.parametrize("name", _QUADS)
def test_an_unedited_picture_changes_nothing(name: str, feather: float) -> None:
    """Two levels of 255 are allowed on average inside, and none outside; it is in fact the same photo."""
    pixels = photo()
    size = (192, 256) if name == "wide" else (256, 256)
    pasted = paste_back(pixels, align(pixels, _QUADS[name], *size), _QUADS[name], feather=feather)
    assert pasted is not pixels
    assert np.array_equal(pasted, pixels)


@pytest.mark.parametrize("feather", [0.0, 0.1])
@pytest.mark.parametrize("name", _QUADS)
def test_nothing_outside_of_the_quad_changes(name: str, feather: float) -> None:
    pixels = photo()
    other = 255 - align(pixels, _QUADS[name], 256, 256)
    pasted = paste_back(pixels, other, _QUADS[name], feather=feather)
    inside = depth(_QUADS[name], pixels) > 0
    assert np.array_equal(pasted[~inside], pixels[~inside])
    assert np.abs(pasted[inside].astype(int) - pixels[inside]).mean() > 10


@pytest.mark.parametrize("name", ["larger than the picture", "as large", "wide", "over a corner"])
def test_pasting_is_the_inverse_of_aligning(name: str) -> None:
    """Another picture is pasted and cut out again."""
    quad, pixels = _QUADS[name], photo()
    other = np.asarray(Image.fromarray(photo(900, 700, grain=0)).resize((256, 256), Image.Resampling.LANCZOS))
    again = align(paste_back(pixels, other, quad, feather=0.05), quad, 256, 256)
    x, y = np.moveaxis(_share_of_photo(quad, pixels), 2, 0)
    whole = (x > 0.02) & (x < 0.98) & (y > 0.02) & (y < 0.98)
    whole[:20], whole[-20:], whole[:, :20], whole[:, -20:] = False, False, False, False
    error = again.astype(float) - other
    assert np.abs(error)[whole].mean() < 2
    assert np.abs(error[whole].mean(axis=0)).max() < 0.3


def _share_of_photo(quad: Quad, pixels: Pixels) -> np.ndarray:
    """Where each pixel of the crop lies, as a share of the photo's width and height: [256, 256, 2]."""
    top_left, bottom_left, _, top_right = quad.corners
    share = (np.arange(256) + 0.5) / 256
    place = top_left + share[None, :, None] * (top_right - top_left) + share[:, None, None] * (bottom_left - top_left)
    return place / (pixels.shape[1], pixels.shape[0])


def test_a_different_picture_shows_nothing_of_the_old_one() -> None:
    """The photo has four pixels for each of the picture's, and a pattern that the picture cannot hold."""
    pixels = np.repeat(np.indices((1200, 1200)).sum(axis=0)[..., None] % 2 * 200, 3, axis=2).astype(np.uint8)
    quad = turned(9, 600, 600, 800, 800)
    pasted = paste_back(pixels, np.full((200, 200, 3), (30, 160, 90), np.uint8), quad, feather=0.1)
    assert np.abs(pasted[depth(quad, pixels) > 85].astype(int) - (30, 160, 90)).max() <= 1


def test_a_little_edited_picture_keeps_the_grain_of_the_photo() -> None:
    pixels, quad = photo(grain=12), turned(9, 700, 600, 800, 800)
    brighter = np.add(align(pixels, quad, 200, 200), (4, 2, 0))
    pasted = paste_back(pixels, np.clip(brighter, 0, 255).astype(np.uint8), quad)
    change = (pasted.astype(int) - pixels)[depth(quad, pixels) > 85]
    assert np.abs(change.mean(axis=0) - (4, 2, 0)).max() < 0.2
    assert change.std(axis=0).max() < 0.7  # the grain's is 12


def test_the_edge_fades() -> None:
    pixels, quad = np.full((600, 600, 3), 200, np.uint8), turned(30, 300, 300, 300, 300)
    pasted = paste_back(pixels, np.zeros((256, 256, 3), np.uint8), quad, feather=0.2)
    inward = depth(quad, pixels)
    assert (pasted[inward > 61] == 0).all()
    assert pasted[(inward > 0) & (inward < 6)].min() > 180
    assert np.abs(np.diff(pasted[..., 0].astype(int), axis=0)).max() < 12


def test_pasting_into_48_megapixels_is_quick() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (6048, 8064, 3), dtype=np.uint8)
    picture = np.full((1024, 1024, 3), 128, np.uint8)
    quad = turned(8, 4000, 3000, 2500, 2500)
    assert times_of_halving(lambda: paste_back(pixels, picture, quad), pixels) < 4
