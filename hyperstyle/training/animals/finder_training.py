"""Trains the finder of animals on scenes: a HOG detector of their faces and a predictor of their eyes, both dlib's."""

from collections.abc import Sequence
from pathlib import Path

import dlib
import numpy as np
from PIL import Image

from hyperstyle.photo.quads import Box
from hyperstyle.photo.reading import Pixels
from hyperstyle.training.animals.scenes import Scene, SceneMaker

WINDOW = 80  # pixels of the smallest face that the detector sees
DETECTED_SIZE, DETECTED_WIDTHS = (256, 256), (125, 237)  # pixels of the detector's scenes, and of the animals in them
SCENES = 2  # of each photo
OTHERS_SIZE = (400, 400)  # of the photos of people
PENALTY = 20  # of an error in training; at 1, dlib's default, half of the faces are missed
PRECISION = 0.4  # of the objective, at which the training ends

PREDICTED_SIZE, PREDICTED_WIDTHS = (320, 320), (230, 300)  # the same for the predictor
BOXES = 4  # in each scene
SHIFT, RESIZE = 0.08, 0.12  # how much the boxes vary, in sides of the face
TREES = 100  # for each of dlib's ten stages


def train_detector(photos: Pixels, people: Sequence[Path]) -> "dlib.simple_object_detector":
    """Return a detector of faces, trained on photos [N, S, S, 3], and on photos of people, who are no animals."""
    maker = SceneMaker(photos)
    scenes = [scene for _ in range(SCENES) for scene in maker.scenes(DETECTED_SIZE, DETECTED_WIDTHS)]
    pictures = [grey(Image.fromarray(scene.pixels)) for scene in scenes]
    others = [grey(Image.open(path).resize(OTHERS_SIZE)) for path in people]
    boxes = [[rectangle(scene.box)] for scene in scenes] + [[]] * len(others)
    options = dlib.simple_object_detector_training_options()
    options.add_left_right_image_flips = True
    options.detection_window_size = WINDOW**2
    options.C = PENALTY
    options.epsilon = PRECISION
    options.num_threads = 1
    return dlib.train_simple_object_detector(pictures + others, boxes, options)


def train_predictor(photos: Pixels) -> "dlib.shape_predictor":
    """Return a predictor of both eyes from the box around a face, trained on photos [N, S, S, 3], mirrored too."""
    random, both = np.random.default_rng(0), np.concatenate([photos, photos[:, :, ::-1]])
    scenes = list(SceneMaker(both).scenes(PREDICTED_SIZE, PREDICTED_WIDTHS))
    shapes = [[_shape(scene, random) for _ in range(BOXES)] for scene in scenes]
    options = dlib.shape_predictor_training_options()
    options.landmark_relative_padding_mode = False  # two eyes alone span no area to look at
    options.num_trees_per_cascade_level = TREES
    options.oversampling_amount = 2
    options.num_threads = 1
    return dlib.train_shape_predictor([grey(Image.fromarray(scene.pixels)) for scene in scenes], shapes, options)


def _shape(scene: Scene, random: np.random.Generator) -> "dlib.full_object_detection":
    """Return the eyes of a scene with a box that is not quite that of the face, like a detector's."""
    left, top, right, bottom = scene.box
    x, y = ((left + right) / 2, (top + bottom) / 2) + random.uniform(-SHIFT, SHIFT, 2) * (right - left)
    half = (right - left) / 2 * float(np.exp(random.uniform(-RESIZE, RESIZE)))
    eyes = dlib.points([dlib.point(*eye) for eye in np.floor(scene.eyes).astype(int).tolist()])
    return dlib.full_object_detection(rectangle((x - half, y - half, x + half, y + half)), eyes)


def grey(picture: Image.Image) -> Pixels:
    """Return the luminance [H, W] of a picture."""
    return np.asarray(picture.convert("L"))


def rectangle(box: Box) -> "dlib.rectangle":
    """Return a box in dlib's terms, in which the last pixel belongs to it."""
    left, top, right, bottom = (round(number) for number in box)
    return dlib.rectangle(left, top, right - 1, bottom - 1)
