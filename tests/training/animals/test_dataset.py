"""Pictures to train on."""

from pathlib import Path

import pytest
import torch

from hyperstyle.errors import StudioError
from hyperstyle.training.animals.dataset import AnimalPictures
from hyperstyle.training.core.portraits import read_batch
from tests.training.animals.conftest import COUNT, HELD


def test_every_picture_is_there_as_it_is_and_mirrored_and_those_for_tests_are_apart(
    folder: Path, pictures: AnimalPictures
) -> None:
    assert len(pictures) == 2 * (COUNT - HELD)
    (wanted,) = read_batch([folder / f"{HELD + 1}.png"])
    plain, mirrored = pictures.batch(torch.tensor([2, 3]), 256)
    assert torch.allclose(plain, wanted, atol=1e-5)
    assert torch.equal(mirrored, plain.flip(2))
    assert not torch.equal(mirrored, plain)
    held = pictures.held_out(64)
    assert held.shape == (HELD, 3, 64, 64)
    seen = pictures.batch(torch.arange(len(pictures)), 64)
    assert torch.cdist(held.flatten(1), seen.flatten(1)).min() > 0.1


def test_a_folder_without_an_index_or_without_pictures_to_hold_out_is_refused(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(StudioError, match=r"index\.csv"):
        AnimalPictures.read(tmp_path)
    (tmp_path / "index.csv").write_text(f"file,split\n{folder / '3.png'},train\n")
    with pytest.raises(StudioError, match="test"):
        AnimalPictures.read(tmp_path)
