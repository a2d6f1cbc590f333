"""Scenes show their photo where they say, and each is another one."""

import numpy as np
import pytest

from hyperstyle.photo.alignment import align
from hyperstyle.photo.reading import Pixels
from hyperstyle.training.animals.dataset import AnimalPictures
from hyperstyle.training.animals.scenes import SceneMaker


@pytest.fixture
def photos(pictures: AnimalPictures) -> Pixels:
    return pictures.train.permute(0, 2, 3, 1).numpy()


def test_the_photo_lies_where_the_scene_says(photos: Pixels) -> None:
    for photo, scene in zip(photos, SceneMaker(photos).scenes((400, 300), (180, 260)), strict=True):
        assert scene.pixels.shape == (300, 400, 3)
        inner = np.s_[60:190, 60:190]  # never outside of the scene
        difference = align(scene.pixels, scene.quad, 256, 256)[inner].astype(int) - photo[inner]
        assert np.abs(difference).mean() < 6
        left, top, right, bottom = scene.box
        assert 0 <= left < right <= 400
        assert 0 <= top < bottom <= 300
        assert ((scene.eyes > (left, top)) & (scene.eyes < (right, bottom))).all()


def test_scenes_differ_and_come_again_with_the_same_seed(photos: Pixels) -> None:
    first, again, other = (next(SceneMaker(photos, seed=seed).scenes((200, 200), (150, 200))) for seed in (0, 0, 1))
    assert np.array_equal(first.pixels, again.pixels)
    assert first.quad == again.quad != other.quad
