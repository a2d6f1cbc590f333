"""Animals are found, and lie in their crops where AFHQ has them; without one, it is the middle."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hyperstyle.errors import StudioError
from hyperstyle.paths import EXAMPLES
from hyperstyle.photo.animals import AnimalFinder
from hyperstyle.photo.crop import crop_animal
from hyperstyle.photo.quads import Quad, animal_quad, box_quad, fitted_quad
from hyperstyle.photo.reading import Photo, Pixels, read_photo
from hyperstyle.training.animals.dataset import AnimalPictures
from hyperstyle.training.animals.finder_figures import measure
from hyperstyle.training.animals.scenes import placed
from tests.photo.scenes import times_of_halving

EYES = np.array([(93.4, 115.2), (162.6, 115.2)])
"""Left and right eye, x and y, in AFHQ's pictures of 256 pixels."""


@pytest.fixture(scope="module")
def animal_finder() -> AnimalFinder:
    return AnimalFinder()


@pytest.fixture(scope="module")
def animals() -> Pixels:
    """Thirty aligned photos [30, 256, 256, 3] of big cats that nothing was trained on."""
    folder = Path(__file__).resolve().parents[3] / "shared" / "animals"
    if not folder.is_dir():
        pytest.skip("no ../shared folder with animals beside this checkout")
    return AnimalPictures.read(folder).held.permute(0, 2, 3, 1).numpy()


def in_crop(quad: Quad, points: np.ndarray) -> np.ndarray:
    """Return points [N, 2] of a photo in the pixels of a crop of 256 pixels."""
    return (np.c_[points, np.ones(len(points))] @ np.linalg.inv(quad.matrix).T)[:, :2] * 256


@pytest.mark.parametrize("eyes", [[(93.4, 115.2), (162.6, 115.2)], [(40, 30), (90, 10)], [(800, 900), (820, 980)]])
def test_the_eyes_lie_in_the_crop_where_afhq_has_them(eyes: list[tuple[float, float]]) -> None:
    quad = animal_quad(np.array(eyes))
    assert in_crop(quad, np.array(eyes)) == pytest.approx(EYES, abs=0.1)
    assert quad.aspect == pytest.approx(1)
    if eyes[0][1] == eyes[1][1]:
        assert quad.corners == pytest.approx(fitted_quad(256, 256).corners, abs=0.5)


def test_without_an_animal_it_is_the_middle(animal_finder: AnimalFinder) -> None:
    grain = Photo(np.random.default_rng(1).integers(0, 256, (300, 400, 3), dtype=np.uint8))
    speck = Photo(np.full((3, 5, 3), 200, np.uint8))
    for photo in (grain, speck, read_photo(EXAMPLES / "male_090.jpg")):
        crop = crop_animal(photo, animal_finder)
        height, width = photo.pixels.shape[:2]
        assert not crop.faces
        assert crop.quad == fitted_quad(width, height)


def test_people_are_seldom_taken_for_animals(animal_finder: AnimalFinder, portraits: list[Path]) -> None:
    some = portraits[80::10]
    assert sum(len(animal_finder.find(read_photo(path).pixels)) for path in some) <= len(some) / 5


def test_animals_are_found_with_their_eyes(animal_finder: AnimalFinder, animals: Pixels) -> None:
    figures = measure(animal_finder, animals[::2], [], scenes=60)
    assert len(figures.errors) > 0.85 * figures.scenes
    assert np.median(figures.errors) < 0.06
    assert figures.false_in_scenes < 0.1 * figures.scenes


def test_a_photo_that_is_aligned_already_is_taken_as_it_is(animal_finder: AnimalFinder, animals: Pixels) -> None:
    crops = [crop_animal(Photo(photo), animal_finder) for photo in animals]
    whole = fitted_quad(256, 256)
    as_it_is = [np.abs(crop.quad.corners - whole.corners).max() < 1e-6 for crop in crops if crop.faces]
    assert np.mean(as_it_is) > 0.75
    assert (crops[0].pixels(256, 256) == animals[0]).mean() > 0.99


def test_an_animal_of_several_can_be_chosen(animal_finder: AnimalFinder, animals: Pixels) -> None:
    canvas = Image.new("RGB", (900, 500), "grey")
    quads = [box_quad((20, 30, 220, 230)), box_quad((400, 20, 800, 420))]
    for photo, quad in zip(animals[20:22], quads, strict=True):
        canvas = Image.fromarray(placed(photo, quad, canvas))
    both = Photo(np.asarray(canvas))
    for index, quad in enumerate(reversed(quads)):  # the largest is the first
        crop = crop_animal(both, animal_finder, index)
        assert len(crop.faces) == 2
        assert in_crop(crop.quad, quad.corners[:1]) == pytest.approx(np.zeros((1, 2)), abs=20)
        assert not crop.advice()
    with pytest.raises(StudioError, match="no face 2"):
        crop_animal(both, animal_finder, 2)


def test_a_photo_of_12_megapixels_is_searched_quickly(animal_finder: AnimalFinder, animals: Pixels) -> None:
    pixels = placed(animals[20], box_quad((1800, 1200, 2200, 1600)), Image.new("RGB", (4000, 3000), "grey"))
    assert len(animal_finder.find(pixels)) == 1
    assert times_of_halving(lambda: animal_finder.find(pixels), pixels) < 6


def test_threads_may_share_a_finder(animal_finder: AnimalFinder, animals: Pixels) -> None:
    alone = [[animal.box for animal in animal_finder.find(photo)] for photo in animals[:6]]
    with ThreadPoolExecutor(4) as pool:
        together = [[animal.box for animal in found] for found in pool.map(animal_finder.find, animals[:6])]
    assert together == alone
