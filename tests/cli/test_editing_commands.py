"""`edit` and `text` on a saved inversion, as a script calls them."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from hyperstyle.domain_table import EMBEDDED
from hyperstyle.editing.text_loading import why_no_text
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.paths import EXAMPLES
from hyperstyle.photo.quads import box_quad
from tests.cli.program import hyperstyle, within
from tests.weights_at_hand import weight_file


@pytest.fixture
def saved(code: Tensor, tmp_path: Path) -> Path:
    """An inversion of an ordinary face, without offsets."""
    weight_file("random-face-mapping-bin")
    if missing_assets := EMBEDDED.missing_assets():
        pytest.skip(f"assets/{missing_assets[0]} is not there yet")
    quad = box_quad((0, 0, 256, 256))
    Inversion(EMBEDDED.name, "w-encoder", code, {}, quad, (256, 256), ()).save(tmp_path / "inversion.safetensors")
    return tmp_path / "inversion.safetensors"


def pixels(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def test_edit_moves_sliders_and_is_exact_at_zero(saved: Path, tmp_path: Path) -> None:
    for name, settings in {"still": ("smile=0",), "moved": ("smile=3", "age=-2")}.items():
        arguments = [part for setting in settings for part in ("--set", setting)]
        answer = within("edit", saved, *arguments, "--out", tmp_path / f"{name}.png")
        assert answer.returncode == 0, answer.stderr
    still, moved = pixels(tmp_path / "still.png"), pixels(tmp_path / "moved.png")
    assert still.shape == (1024, 1024, 3)
    assert np.abs(still - moved).mean() > 3


@pytest.mark.parametrize("setting", ["smil=2", "smile", "smile=nan"])
def test_a_wrong_slider_is_wrong_usage(saved: Path, tmp_path: Path, setting: str) -> None:
    answer = within("edit", saved, "--set", setting, "--out", tmp_path / "picture.png")
    assert answer.returncode == 2
    assert "Traceback" not in answer.stderr


def test_text_changes_the_picture_and_nothing_at_strength_zero(saved: Path, tmp_path: Path) -> None:
    if reason := why_no_text(EMBEDDED):
        pytest.skip(reason)
    words = ("--from", "a face", "--to", "an old face")
    for name, strength in {"still": "0", "moved": "5"}.items():
        answer = within("text", saved, *words, "--strength", strength, "--out", tmp_path / f"{name}.png")
        assert answer.returncode == 0, answer.stderr
    still, moved = pixels(tmp_path / "still.png"), pixels(tmp_path / "moved.png")
    assert np.abs(still - moved).mean() > 1
    answer = within("edit", saved, "--set", "smile=0", "--out", tmp_path / "plain.png")
    assert np.array_equal(still, pixels(tmp_path / "plain.png"))


def test_edit_changes_a_photo_and_leaves_the_rest_of_it_and_its_file_as_they_were(saved: Path, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F] = "camera"
    with Image.open(EXAMPLES / "male_090.jpg") as image:
        image.resize((256, 256)).save(tmp_path / "photo.jpg", quality=70, exif=exif)
    for name, amount in {"still.png": 0, "smiling.png": 3, "smiling.jpg": 3}.items():
        answer = within(
            *("edit", saved, "--into", tmp_path / "photo.jpg", "--set", f"smile={amount}", "--out", tmp_path / name)
        )
        assert answer.returncode == 0, answer.stderr
    photo = pixels(tmp_path / "photo.jpg")
    assert np.array_equal(pixels(tmp_path / "still.png"), photo)
    changed = (pixels(tmp_path / "smiling.png") != photo).any(axis=2)
    assert 0.01 < changed.mean() < 0.4
    left = np.full((256, 256, 3), 128, np.uint8)
    left[:, :128] = 0
    Image.fromarray(left).save(tmp_path / "mask.png")
    command = ("edit", saved, "--into", tmp_path / "photo.jpg", "--set", "smile=3", "--mask", tmp_path / "mask.png")
    answer = within(*command, "--out", tmp_path / "kept.png")
    assert answer.returncode == 0, answer.stderr
    kept = (pixels(tmp_path / "kept.png") != photo).any(axis=2)
    assert kept[:, 140:].any()
    assert not kept[:, :120].any()
    with Image.open(tmp_path / "photo.jpg") as before, Image.open(tmp_path / "smiling.jpg") as after:
        assert after.quantization == before.quantization  # type: ignore[attr-defined]
        assert after.getexif()[0x010F] == "camera"


def test_all_faces_of_a_photo_are_changed_in_one_command(tmp_path: Path) -> None:
    one, other = (
        np.asarray(Image.open(EXAMPLES / f"{name}.jpg").convert("RGB")) for name in ("female_080", "male_090")
    )
    Image.fromarray(np.concatenate([one, other[: len(one)]], axis=1)).save(tmp_path / "two.png")
    command = ("paste", tmp_path / "two.png", "--set", "smile=4", "--method", "w-encoder")
    for options, name in (((), "all.png"), (("--face", "1"), "one.png")):
        answer = within(*command, *options, "--out", tmp_path / name)
        assert answer.returncode == 0, answer.stderr
    photo, width = pixels(tmp_path / "two.png"), one.shape[1]

    def halves(name: str) -> list[bool]:
        changed = (pixels(tmp_path / name) != photo).any(axis=2)
        return [bool(half.any()) for half in (changed[:, : width - 60], changed[:, width + 60 :])]

    assert halves("all.png") == [True, True]
    assert sorted(halves("one.png")) == [False, True]


def test_words_that_mean_nothing_are_one_line_and_status_1(saved: Path, tmp_path: Path) -> None:
    answer = hyperstyle("text", saved, "--from", "a face", "--to", "asdf", "--out", tmp_path / "picture.png")
    assert answer.returncode == 1
    assert len(answer.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "picture.png").exists()


def test_a_file_that_is_no_inversion_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file.safetensors").write_bytes(b"nothing of the kind")
    for command in (("edit", "--set", "smile=1"), ("text", "--from", "a face", "--to", "an old face")):
        answer = within(command[0], tmp_path / "file.safetensors", *command[1:], "--out", tmp_path / "picture.png")
        assert answer.returncode == 1
        assert len(answer.stderr.strip().splitlines()) == 1


def test_every_domain_has_sliders_of_its_own(tmp_path: Path) -> None:
    wild = Inversion("wild", "w-encoder", torch.zeros(1, 16, 512), {}, box_quad((0, 0, 512, 512)), (512, 512), ())
    wild.save(tmp_path / "wild.safetensors")
    answer = within("edit", tmp_path / "wild.safetensors", "--set", "smile=1", "--out", tmp_path / "picture.png")
    assert answer.returncode == 2
    assert "component-0" in answer.stderr
