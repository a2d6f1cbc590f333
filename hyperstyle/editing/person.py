"""Mask of the person in a picture, by Google's selfie segmenter (MediaPipe)."""

from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch.nn import functional as F

from hyperstyle.networks.recorded_network import RecordedNetwork
from hyperstyle.photo.reading import Pixels
from hyperstyle.weights.catalogue import WEIGHTS
from hyperstyle.weights.fetching import fetch
from hyperstyle.weights.tflite import read_network

_SIDE = 256  # of the pictures that the network sees


@torch.inference_mode()
def person_in(picture: Pixels) -> NDArray[np.float32]:
    """Return the probability [h, w], 0 to 1, that a pixel of a picture [h, w, 3] shows a person."""
    small = np.array(Image.fromarray(picture).resize((_SIDE, _SIDE), Image.Resampling.BOX), np.float32) / 255
    likely = _segmenter()(torch.from_numpy(small).permute(2, 0, 1)[None])
    size = picture.shape[:2]
    found: NDArray[np.float32] = F.interpolate(likely, size, mode="bilinear")[0, 0].numpy()
    return found


@lru_cache(1)
def _segmenter() -> RecordedNetwork:
    return read_network(fetch(WEIGHTS["selfie-segmenter"]).read_bytes())
