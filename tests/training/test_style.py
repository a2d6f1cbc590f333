"""Teachers that draw, pieces of real pictures, and a training that brings kernels nearer to a teacher."""

from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from hyperstyle.editing.styles import Shipped
from hyperstyle.networks.mobile import Mapping, MobileGenerator
from hyperstyle.photo.faces import FaceFinder
from hyperstyle.photo.tensors import to_pixels
from hyperstyle.training.style import HELD_OUT, MEASURED, train
from hyperstyle.training.style_crops import CELLS, FIRST_LAYER, Place, piece
from hyperstyle.training.style_faces import SIZE
from hyperstyle.training.teachers_table import TEACHERS
from hyperstyle.weights.lpips import load_lpips
from tests.weights_at_hand import weight_file


@pytest.fixture(scope="module")
def face(generator: MobileGenerator, code: Tensor) -> Tensor:
    """A face [1, 3, SIZE, SIZE]."""
    with torch.inference_mode():
        return F.avg_pool2d(generator(code), generator.size // SIZE).clamp(-1, 1)


@pytest.mark.parametrize("name", TEACHERS)
def test_a_teacher_changes_a_face_a_lot_and_draws_the_same_at_every_size(name: str, face: Tensor) -> None:
    teacher = TEACHERS[name]
    drawn = teacher(face)
    small = F.avg_pool2d(face, 2)
    assert drawn.shape == face.shape
    assert drawn.isfinite().all()
    assert drawn.abs().max() <= 1.5
    wanted = F.avg_pool2d(drawn, 2)
    change = (wanted - small).square().mean()
    assert change > 0.01
    assert (teacher(small) - wanted).square().mean() < 0.4 * change


def test_a_toon_has_larger_eyes(face: Tensor) -> None:
    weight = weight_file("dlib-landmarks")
    finder = FaceFinder(weight)

    def openness(picture: Tensor) -> float:
        points = finder.find(to_pixels(picture[0]))[0].landmarks
        return float((points[[40, 41, 46, 47]] - points[[38, 37, 44, 43]]).mean(0)[1])

    assert openness(TEACHERS["toon"](face)) > 1.15 * openness(face)


@pytest.mark.parametrize("place", [Place(0, 0), Place(5, 9), Place(18, 18)])
def test_a_piece_is_that_of_the_whole_picture(place: Place, generator: MobileGenerator, code: Tensor) -> None:
    styles, kernels = generator.styles(code), generator.kernels()
    with torch.inference_mode():
        whole = generator.synthesize(styles, kernels)
        made = piece(generator, generator.features(styles, kernels, CELLS), styles, kernels, place)
    error = (made - place.shown(whole)).abs()
    assert error.mean() < 0.01
    assert error[..., 64:-64, 64:-64].max() < 1e-4  # beyond what the margin leaves of the edge


def test_a_short_training_comes_nearer_to_its_teacher_and_resumes(
    mapping: Mapping, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from hyperstyle.weights.embedded import load_generator

    style = Shipped("test", "Test", "pencil", (13, 14, 15))
    lpips = load_lpips(weight_file("lpips-alexnet"))
    faces = HELD_OUT + MEASURED
    first, steps = train(tmp_path, 0.06, style, load_generator(), mapping, lpips, faces)
    again, more = train(tmp_path, 0.03, style, load_generator(), mapping, lpips, faces)
    assert first.keys() == again.keys() == set(style.layers)
    assert all(layer >= FIRST_LAYER for layer in style.layers)
    assert more > steps
    lines = [line for line in capsys.readouterr().out.splitlines() if "held out" in line]
    figures = [float(line.split("->")[1].split(",")[0]) for line in lines]
    before = float(lines[0].split("teacher ")[1].split(" ")[0])
    assert figures[0] < before
    assert figures[1] < before
