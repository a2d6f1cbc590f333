"""Faces that styles are learnt from: made by the generator, kept at half its size, and given to a teacher."""

import copy
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from hyperstyle.networks.mobile import Mapping, MobileGenerator
from hyperstyle.photo.tensors import to_pixels, to_tensor
from hyperstyle.training.pictures import code_of
from hyperstyle.writing import made_folder, written_whole

SIZE = 512
"""Side of these pictures: what a teacher draws at this size is fine enough, and done in a quarter of the time."""
FACES = 128
FIRST = 4_000_000  # numbers of these faces; no other training makes them


def make_faces(folder: Path, generator: MobileGenerator, mapping: Mapping, count: int = FACES) -> Iterator[Path]:
    """The files of the faces in `folder`, in order; those that are not there yet are made."""
    half = copy.deepcopy(generator)
    half.lighten(torch.bfloat16)
    made_folder(folder)
    for number in range(FIRST, FIRST + count):
        path = folder / f"{number}.webp"
        if not path.exists():
            with torch.inference_mode():
                picture = half(code_of(number, mapping))
            with written_whole(path) as part:
                pixels = to_pixels(F.avg_pool2d(picture, picture.shape[-1] // SIZE)[0])
                Image.fromarray(pixels).save(part, "WEBP", quality=95)
        yield path


def read_face(path: Path) -> Tensor:
    """A picture [1, 3, SIZE, SIZE] in [-1, 1]."""
    with Image.open(path) as image:
        return to_tensor(np.asarray(image.convert("RGB")))
