"""Faces are found at every size, in photos of every size, quickly and by several threads at once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hyperstyle.errors import StudioError
from hyperstyle.photo.faces import FaceFinder
from hyperstyle.photo.finding import choose_face
from tests.photo.scenes import box_width, is_at, load, scene, times_of_halving


def test_a_portrait_has_one_face(finder: FaceFinder, portraits: list[Path]) -> None:
    counts = [len(finder.find(load(path))) for path in portraits[3::8]]
    assert min(counts) == 1
    assert sum(count > 1 for count in counts) <= 1


@pytest.mark.parametrize(
    ("size", "widths"),
    [
        ((1000, 1500), [60] * 36),
        ((1600, 1200), [60, 70, 80, 90, 120, 160, 240]),
        ((4032, 3024), [66, 80, 100, 150, 300, 500]),
    ],
)
def test_all_faces_are_found_and_nothing_else(
    finder: FaceFinder, portraits: list[Path], size: tuple[int, int], widths: list[int]
) -> None:
    pixels, boxes = scene(finder, portraits[2::5], size, widths)
    faces = finder.find(pixels)
    assert [any(is_at(face, box) for face in faces) for box in boxes] == [True] * len(boxes)
    assert len(faces) == len(boxes)
    areas = [np.prod(np.subtract(face.box[2:], face.box[:2])) for face in faces]
    assert areas == sorted(areas, reverse=True)


def test_a_photo_of_48_megapixels_is_searched_quickly(finder: FaceFinder, portraits: list[Path]) -> None:
    widths = [1500, 130, 140, 160, 200, 300, 400, 500]
    pixels, boxes = scene(finder, portraits[2::23], (8064, 6048), widths)
    faces = finder.find(pixels)
    assert times_of_halving(lambda: finder.find(pixels), pixels) < 6
    assert len(faces) == len(boxes)
    assert all(any(is_at(face, box) for face in faces) for box in boxes)
    assert is_at(choose_face(faces, 0), boxes[0])


def test_landmarks_do_not_depend_on_the_size_of_the_photo(finder: FaceFinder, portraits: list[Path]) -> None:
    wobble = []
    for path in portraits[5::40]:
        photo = Image.open(path).convert("RGB")
        small, large = (
            finder.find(np.asarray(photo.resize((side, side), Image.Resampling.LANCZOS))) for side in (400, 1600)
        )
        difference = small[0].landmarks / 400 - large[0].landmarks / 1600
        wobble.append(np.linalg.norm(difference, axis=1).mean() * 1600 / box_width(large[0]))
    assert np.mean(wobble) < 0.015  # of the face's width


def test_landmarks_lie_on_the_eyes_and_the_mouth(finder: FaceFinder, portraits: list[Path]) -> None:
    (face,) = finder.find(load(portraits[0]))
    right_eye, left_eye, mouth = (
        face.landmarks[part].mean(axis=0) for part in (slice(36, 42), slice(42, 48), slice(48, 68))
    )
    left, top, right, bottom = face.box
    assert left < right_eye[0] < left_eye[0] < right
    assert top < right_eye[1] < mouth[1] < bottom
    assert right_eye[0] < mouth[0] < left_eye[0]


def test_threads_may_share_a_finder(finder: FaceFinder, portraits: list[Path]) -> None:
    pictures = [load(path) for path in portraits[:60:5]]
    alone = [finder.find(pixels)[0].landmarks for pixels in pictures]
    with ThreadPoolExecutor(6) as pool:
        together = [faces[0].landmarks for faces in pool.map(finder.find, pictures)]
    assert np.array_equal(alone, together)


def test_a_photo_without_a_face_has_none(finder: FaceFinder) -> None:
    grain = np.random.default_rng(1).integers(0, 256, (480, 640, 3), dtype=np.uint8)
    assert finder.find(grain) == []
    assert finder.find(np.full((64, 64, 3), 255, np.uint8)) == []


def test_choosing_a_face_says_what_to_do_where_there_is_none(finder: FaceFinder, portraits: list[Path]) -> None:
    with pytest.raises(StudioError, match="draw a box around the face, or take the middle"):
        choose_face([])
    faces = finder.find(load(portraits[0]))
    assert choose_face(faces) is faces[0]
    for index in (1, -1):
        with pytest.raises(StudioError, match=f"no face {index}"):
            choose_face(faces, index)
