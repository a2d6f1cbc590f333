"""Attribute labels of generated pictures, kept in .npz files of a thousand pictures each."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hyperstyle.files import atomic_write, ensure_dir
from hyperstyle.photo.reading import Pixels
from hyperstyle.training.core.generated_pictures import file_of


class PictureLabeller(Protocol):
    """An object that computes the labels of an aligned picture."""

    names: tuple[str, ...]
    """Names of the labels."""

    def labels(self, pixels: Pixels) -> NDArray[np.float32]:
        """Return the labels [labels] of a picture [256, 256, 3]."""


@dataclass(frozen=True)
class PictureLabels:
    """Labels of N generated pictures."""

    numbers: NDArray[np.int64]
    """Numbers [N] of the pictures."""
    values: NDArray[np.float32]
    """Labels [N, labels] in the order of their labeller's names."""


def label_pictures(
    pictures: Path, folder: Path, numbers: list[int], labeller: PictureLabeller
) -> Iterator[PictureLabels]:
    """Yield the labels of the pictures with those numbers, a thousand at a time.

    `pictures` is the folder of the pictures. Labels that are already in `folder` are read, others are written there.
    """
    ensure_dir(folder)
    thousands: dict[int, list[int]] = {}
    for number in numbers:
        thousands.setdefault(number // 1000, []).append(number)
    for thousand, inside in thousands.items():
        path = folder / f"{thousand:04d}.npz"
        known = read_labels(path, labeller.names)
        if known is None or known.numbers.tolist() != inside:
            rows = [labeller.labels(np.asarray(Image.open(file_of(pictures, number)))) for number in inside]
            known = PictureLabels(np.array(inside), np.stack(rows))
            write_labels(path, known, labeller.names)
        yield known


def read_labels(path: Path, names: tuple[str, ...]) -> PictureLabels | None:
    """Return the labels in a file; None where it is missing or holds labels of other names."""
    if not path.exists():
        return None
    with np.load(path) as stored:
        if tuple(stored["names"]) != names:
            return None
        return PictureLabels(stored["numbers"], stored["values"])


def write_labels(path: Path, labels: PictureLabels, names: tuple[str, ...]) -> None:
    """Write labels to an .npz file."""
    with atomic_write(path) as part, part.open("wb") as file:
        np.savez(file, names=np.array(names), numbers=labels.numbers, values=labels.values)
