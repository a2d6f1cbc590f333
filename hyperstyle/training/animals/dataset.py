"""The photos that the animal generator is trained on: a folder with an index, kept in memory."""

import csv
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from hyperstyle.errors import StudioError
from hyperstyle.networks.compact_generator import CompactGenerator
from hyperstyle.training.core.portraits import read_batch

INDEX = "index.csv"  # has the columns `file`, `species` and `split`
HELD_OUT = "test"  # split of the held-out photos, on which trainings report figures


@dataclass(frozen=True)
class AnimalPictures:
    """Aligned photos of 256 pixels; each training photo counts twice, as it is and mirrored."""

    train: Tensor
    """Training photos, uint8 [N, 3, 256, 256], RGB."""
    species: list[str]
    """Their animals, N words."""
    held: Tensor
    """Held-out photos, uint8 [N, 3, 256, 256], RGB."""

    @classmethod
    def read(cls, folder: Path) -> "AnimalPictures":
        """Read the photos that the index of a folder lists."""
        try:
            rows = list(csv.DictReader((folder / INDEX).read_text(encoding="utf-8").splitlines()))
        except OSError as error:
            raise StudioError(f"{folder} cannot be trained on: it has no readable {INDEX}.") from error
        training = [row for row in rows if row["split"] != HELD_OUT]
        train = [folder / row["file"] for row in training]
        held = [folder / row["file"] for row in rows if row["split"] == HELD_OUT]
        if not train or not held:
            raise StudioError(f"{folder / INDEX} has to list photos to train on and some of the split {HELD_OUT!r}.")
        return cls(read_bytes(train), [row["species"] for row in training], read_bytes(held))

    def __len__(self) -> int:
        """Return the number of training pictures: number 2i + 1 is number 2i mirrored."""
        return 2 * len(self.train)

    def batch(self, numbers: Tensor, size: int) -> Tensor:
        """Return the training pictures [B, 3, size, size], RGB in [-1, 1], of the numbers [B]."""
        pictures = self.at_size(self.train[numbers // 2], size)
        return torch.where((numbers % 2 == 1).view(-1, 1, 1, 1), pictures.flip(3), pictures)

    def held_out(self, size: int) -> Tensor:
        """Return the held-out pictures [N, 3, size, size], RGB in [-1, 1]."""
        return self.at_size(self.held, size)

    @staticmethod
    def at_size(pictures: Tensor, size: int) -> Tensor:
        """Convert uint8 [N, 3, 256, 256] to pictures [N, 3, size, size] in [-1, 1] by average pooling."""
        return F.avg_pool2d(pictures.float() / 127.5 - 1, CompactGenerator.size // size)


def read_bytes(paths: list[Path]) -> Tensor:
    """Read photos of 256 pixels as uint8 [N, 3, 256, 256], a quarter of the memory of float32."""
    return torch.cat([((read_batch([path]) + 1) * 127.5).round().byte() for path in paths])
