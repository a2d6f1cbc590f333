"""Real photos for training: aligned once, kept as files, some of them held out."""

import re
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from hyperstyle.photo.alignment import align
from hyperstyle.photo.faces import FaceFinder, choose_face
from hyperstyle.photo.quads import face_quad
from hyperstyle.photo.reading import read_photo
from hyperstyle.training.core.generated_pictures import SIZE

LAST = 79  # portraits with a larger number are for tests and never enter a training
FIRST_HELD_OUT = 70  # from this number on they only tell how a training goes


def number_of(path: Path) -> int:
    """The number at the end of a portrait's name, as in female_012.jpg."""
    match = re.search(r"(\d+)$", path.stem)
    return int(match[1]) if match else 0


def align_portraits(photos: Path, folder: Path, finder: FaceFinder) -> None:
    """Cut the largest face out of every training portrait in `photos`, 256 pixels square, into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(photos.glob("*.jpg")):
        if number_of(path) > LAST:
            continue
        pixels = read_photo(path).pixels
        quad = face_quad(choose_face(finder.find(pixels)).landmarks)
        Image.fromarray(align(pixels, quad, SIZE, SIZE)).save(folder / f"{path.stem}.png")


def read_portraits(folder: Path) -> tuple[Tensor, Tensor]:
    """The portraits to train on and those held out, each [N, 3, 256, 256] in [-1, 1]."""
    paths = sorted(folder.glob("*.png"))
    train = [path for path in paths if number_of(path) < FIRST_HELD_OUT]
    held = [path for path in paths if FIRST_HELD_OUT <= number_of(path) <= LAST]
    return stacked(train), stacked(held)


def stacked(paths: list[Path]) -> Tensor:
    """Pictures of one size as [N, 3, H, W] in [-1, 1]."""
    pixels = np.stack([np.asarray(Image.open(path).convert("RGB")) for path in paths])
    return torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 127.5 - 1
