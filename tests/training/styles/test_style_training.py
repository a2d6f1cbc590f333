"""Teachers that draw, patches of whole pictures, and a training that brings kernels nearer to a teacher."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from hyperstyle.domain_table import EMBEDDED
from hyperstyle.editing.styles import BundledStyle
from hyperstyle.networks.mobile_stylegan import MappingNetwork, MobileGenerator
from hyperstyle.paths import EXAMPLES
from hyperstyle.photo.faces import FaceFinder
from hyperstyle.photo.tensors import to_pixels
from hyperstyle.training.styles.patches import FIRST_LAYER, GRID, PatchPosition, render_patch
from hyperstyle.training.styles.style_faces import SIZE, invert_portraits, make_faces
from hyperstyle.training.styles.style_training import HELD_OUT, MEASURED, train
from hyperstyle.training.styles.teachers_table import TEACHERS
from hyperstyle.weights.embedded_loading import load_generator
from hyperstyle.weights.lpips_loading import load_lpips
from hyperstyle.weights.model_loading import open_model
from tests.weights_at_hand import embedded_weights_at_hand, weight_file


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


@pytest.mark.parametrize("position", [PatchPosition(0, 0), PatchPosition(5, 9), PatchPosition(18, 18)])
def test_a_patch_is_that_of_the_whole_picture(
    position: PatchPosition, generator: MobileGenerator, code: Tensor
) -> None:
    styles, kernels = generator.styles(code), generator.kernels()
    with torch.inference_mode():
        whole = generator.synthesize(styles, kernels)
        made = render_patch(generator, generator.features(styles, kernels, GRID), styles, kernels, position)
    error = (made - position.cut_inner(whole)).abs()
    assert error.mean() < 0.01
    assert error[..., 64:-64, 64:-64].max() < 1e-4  # beyond what the margin leaves of the edge


def test_a_short_training_comes_nearer_to_its_teacher_and_resumes(
    mapping: MappingNetwork, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    generator, lpips = load_generator(), load_lpips(weight_file("lpips-alexnet"))
    style = BundledStyle("pencil", "Pencil", (13, 14, 15))
    assert all(layer >= FIRST_LAYER for layer in style.layers)
    made = list(make_faces(tmp_path / "faces", generator, mapping, torch.device("cpu"), HELD_OUT + MEASURED))
    kernels = generator.kernels()
    moved = [replace(face, offsets={9: torch.full_like(kernels[9], 0.05).half()}) for face in made]
    first, steps = train(tmp_path, 0.08, style, generator, [made, moved], lpips, torch.device("cpu"))
    before, after = distances(capsys.readouterr().out)
    for _ in range(20):  # a busy machine takes few steps in a run
        again, more = train(tmp_path, 0.04, style, generator, [made, moved], lpips, torch.device("cpu"))
        assert first.keys() == again.keys() == set(style.layers)
        assert more > steps
        steps, (before, after) = more, distances(capsys.readouterr().out)
        if after < before:
            return
    pytest.fail(f"LPIPS to the teacher stays at {before}")


def distances(printed: str) -> tuple[float, float]:
    """Return the held-out LPIPS to the teacher that a training printed last: without the style, and with it."""
    last = [line for line in printed.splitlines() if "held out" in line][-1]
    before, after = last.split("teacher ")[1].split(",")[0].split(" -> ")
    return float(before), float(after)


def test_portraits_are_inverted_once(tmp_path: Path) -> None:
    embedded_weights_at_hand()
    portraits = tmp_path / "portraits"
    portraits.mkdir()
    photo = Image.open(EXAMPLES / "female_080.jpg").resize((256, 256))
    for name in ("female_000", "female_079"):  # the second is one that trainings never see
        photo.save(portraits / f"{name}.png")
    model = open_model(EMBEDDED, torch.device("cpu"))
    (inverted,) = invert_portraits(tmp_path / "portraits inverted", model, portraits)
    written = inverted.path.stat().st_mtime_ns
    (again,) = invert_portraits(tmp_path / "portraits inverted", model, portraits)
    assert again.path.stat().st_mtime_ns == written
    with torch.inference_mode():
        codes, offsets = again.codes, {layer: offset.float() for layer, offset in again.offsets.items()}
        picture = F.avg_pool2d(model.generator(codes, offsets), model.generator.size // SIZE)
    assert (picture.clamp(-1, 1) - inverted.picture()).abs().mean() < 0.03
