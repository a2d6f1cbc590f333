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
