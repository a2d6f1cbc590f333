"""Portraits for training: aligned once, kept as PNG files, some of them held out."""

import re
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from hyperstyle.photo.alignment import align
from hyperstyle.photo.faces import FaceFinder
from hyperstyle.photo.finding import choose_face
from hyperstyle.photo.reading import read_photo
from hyperstyle.training.core.generated_pictures import SIZE

LAST = 79  # portraits with larger numbers are the test set and never enter a training
FIRST_HELD_OUT = 70  # portraits from this number on are held out: trainings report figures on them


def number_of(path: Path) -> int:
    """Return the number at the end of a file name, 12 for female_012.jpg, or 0 where there is none."""
    match = re.search(r"(\d+)$", path.stem)
    return int(match[1]) if match else 0


def align_portraits(photos: Path, folder: Path, finder: FaceFinder) -> None:
    """Align the largest face of every training portrait in `photos` and write it into `folder`, 256 pixels square."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(photos.glob("*.jpg")):
        if number_of(path) > LAST:
            continue
        pixels = read_photo(path).pixels
        quad = choose_face(finder.find(pixels)).quad
        Image.fromarray(align(pixels, quad, SIZE, SIZE)).save(folder / f"{path.stem}.png")


def read_portraits(folder: Path) -> tuple[Tensor, Tensor]:
    """Return the portraits to train on and the held-out ones, each [N, 3, 256, 256], RGB in [-1, 1]."""
    paths = sorted(folder.glob("*.png"))
    train = [path for path in paths if number_of(path) < FIRST_HELD_OUT]
    held = [path for path in paths if FIRST_HELD_OUT <= number_of(path) <= LAST]
    return read_batch(train), read_batch(held)


def read_batch(paths: list[Path]) -> Tensor:
    """Read pictures of one size as a batch [N, 3, H, W], RGB in [-1, 1]."""
    pixels = np.stack([np.asarray(Image.open(path).convert("RGB")) for path in paths])
    return torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 127.5 - 1
