"""A detector and a predictor that learn what there is to learn in a few drawn pictures."""

import dlib
import numpy as np
import pytest
from PIL import Image

from hyperstyle.paths import EXAMPLES
from hyperstyle.photo.reading import Pixels
from hyperstyle.training.animals.dataset import AnimalPictures
from hyperstyle.training.animals.finder_training import grey, rectangle, train_detector, train_predictor
from hyperstyle.training.animals.scenes import Scene, SceneMaker


@pytest.fixture
def photos(pictures: AnimalPictures) -> Pixels:
    return pictures.train.permute(0, 2, 3, 1).numpy()


@pytest.fixture
def scene(photos: Pixels) -> Scene:
    """A scene that was not trained on."""
    return next(SceneMaker(photos, seed=7).scenes((256, 256), (190, 200)))


def test_a_detector_finds_what_it_was_trained_on(photos: Pixels, scene: Scene) -> None:
    detector = train_detector(photos, sorted(EXAMPLES.glob("*.jpg")))
    (found,) = detector(grey(Image.fromarray(scene.pixels)))
    wanted = rectangle(scene.box)
    assert found.intersect(wanted).area() > 0.6 * max(found.area(), wanted.area())


def test_a_predictor_finds_the_eyes_in_a_box(photos: Pixels, scene: Scene) -> None:
    shape: dlib.full_object_detection = train_predictor(photos)(
        grey(Image.fromarray(scene.pixels)), rectangle(scene.box)
    )
    eyes = np.array([(point.x, point.y) for point in shape.parts()])
    assert np.hypot(*(eyes - scene.eyes).T).mean() < 0.25 * np.hypot(*(scene.eyes[1] - scene.eyes[0]))
