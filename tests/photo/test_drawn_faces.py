"""Faces in pictures that are no photos are looked for harder, and cloth and hair are still none."""

from pathlib import Path

import numpy as np
import pytest

from hyperstyle.errors import StudioError
from hyperstyle.paths import EXAMPLES
from hyperstyle.photo.crop import crop_face
from hyperstyle.photo.drawn_faces import find_drawn_faces
from hyperstyle.photo.faces import FaceFinder
from hyperstyle.photo.reading import read_photo
from tests.photo.scenes import load

DRAWINGS = EXAMPLES / "drawings"


@pytest.mark.parametrize("name", ["chalk.jpg", "dots.png"])
def test_a_drawing_that_the_detector_does_not_see_is_found_in_another_look(finder: FaceFinder, name: str) -> None:
    drawing = read_photo(DRAWINGS / name)
    assert not finder.find(drawing.pixels)
    (face,) = find_drawn_faces(finder, drawing.pixels)
    side = drawing.pixels.shape[0]
    eyes, mouth = face.landmarks[36:48].mean(0) / side, face.landmarks[48:].mean(0) / side
    assert np.allclose(eyes, (0.5, 0.48), atol=0.04)  # where the generator, that drew from a face, puts them
    assert np.allclose(mouth, (0.5, 0.7), atol=0.08)


@pytest.mark.parametrize("path", sorted(DRAWINGS.iterdir()), ids=lambda path: path.stem)
def test_every_example_drawing_can_be_cropped_by_its_face(finder: FaceFinder, path: Path) -> None:
    crop = crop_face(read_photo(path), finder)
    assert len(crop.faces) == 1
    assert crop.pixels(256, 256).shape == (256, 256, 3)


def test_no_look_makes_a_face_of_cloth(finder: FaceFinder, portraits: list[Path]) -> None:
    for path in portraits[::20]:
        pixels = load(path)
        cloth = np.ascontiguousarray(pixels[int(pixels.shape[0] * 0.75) :])
        assert not find_drawn_faces(finder, cloth)


def test_a_page_without_a_face_says_what_to_do(finder: FaceFinder) -> None:
    photo = read_photo(DRAWINGS / "vector.jpg")
    photo.pixels[:] = 200
    with pytest.raises(StudioError, match="draw a box around the face"):
        crop_face(photo, finder)
