"""Films as other programs read them."""

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from hyperstyle.errors import StudioError
from hyperstyle.photo.video import FRAME_RATE, save_video, strip, there_and_back

PICTURES = [np.full((64, 48, 3), 25 * step, np.uint8) for step in range(6)]


def test_an_mp4_has_all_pictures_in_their_order(tmp_path: Path) -> None:
    save_video(tmp_path / "film.mp4", PICTURES)
    with av.open(tmp_path / "film.mp4") as film:
        frames = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
        assert film.streams.video[0].average_rate == FRAME_RATE
    assert [frame.shape for frame in frames] == [(64, 48, 3)] * len(PICTURES)
    assert [frame.mean() for frame in frames] == pytest.approx([25 * step for step in range(6)], abs=6)


def test_a_gif_repeats_for_ever(tmp_path: Path) -> None:
    save_video(tmp_path / "film.gif", PICTURES)
    with Image.open(tmp_path / "film.gif") as film:
        assert film.n_frames == len(PICTURES)  # type: ignore[attr-defined]
        assert film.info["loop"] == 0


def test_a_film_goes_there_and_back_without_a_jump() -> None:
    values = [int(picture[0, 0, 0]) // 25 for picture in there_and_back(PICTURES)]
    assert values == [0, 1, 2, 3, 4, 5, 4, 3, 2, 1]
    assert strip(PICTURES).shape == (64, 48 * 6, 3)


def test_another_ending_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match=r"\.mp4 or \.gif"):
        save_video(tmp_path / "film.avi", PICTURES)
