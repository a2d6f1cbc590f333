"""Hats, sunglasses and suits, by a classifier of everyday things (EfficientNet-Lite, ImageNet)."""

from pathlib import Path

import numpy as np
import openvino
from PIL import Image

from hyperstyle.metrics.openvino_networks import compile_exactly
from hyperstyle.photo.reading import Pixels

SIDE = 224
KINDS = {
    # bearskin, bathing cap, bonnet, cowboy hat, helmets, mortarboard, pickelhaube, shower cap, sombrero
    "hat": (439, 433, 452, 515, 518, 560, 667, 715, 793, 808),
    "sunglasses": (836, 837),
    "suit": (457, 834, 906),  # bow tie, suit, Windsor tie
}
"""Label -> the classes of ImageNet that it sums."""
LEAST = 1e-6  # added to probabilities, so that logarithms are finite


class Objects:
    """The classifier, run by OpenVINO."""

    def __init__(self, classifier: Path) -> None:
        self._classifier = compile_exactly(openvino.Core(), classifier)

    def labels(self, pixels: Pixels) -> dict[str, float]:
        """Return the logarithm of the probability of each kind of object in a picture [H, W, 3]."""
        small = Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.BILINEAR)
        likely = self._classifier((np.asarray(small, np.float32)[None] - 127) / 128)[0][0]
        return {name: float(np.log(likely[list(classes)].sum() + LEAST)) for name, classes in KINDS.items()}
