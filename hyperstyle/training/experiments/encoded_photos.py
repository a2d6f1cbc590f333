"""Photos with the codes that the encoder gives them: computed once, kept in a file, the same for all who compare."""

import random
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from hyperstyle.files import atomic_write, ensure_dir
from hyperstyle.networks.small_encoder import SIDE, SmallEncoder
from hyperstyle.training.core.generated_pictures import file_of, numbers_in, read_picture, to_bytes
from hyperstyle.training.core.portraits import read_portraits

AT_ONCE = 16  # photos that are encoded together
REAL = 0.25  # share of portraits in a batch beside their relatives


@dataclass(frozen=True)
class Coded:
    """Photos and their codes."""

    photos: Tensor
    """[N, 3, 128, 128] in bytes."""
    codes: Tensor
    """[2, N, 512]: of the photos, and of the photos mirrored."""
    portraits: int
    """So many of the first ones are portraits; the others are their relatives."""

    def batch(self, size: int, chance: random.Random) -> tuple[Tensor, Tensor]:
        """Photos [size, 3, 128, 128] in [-1, 1], every other one mirrored, and codes [size, 512]."""
        real = round(REAL * size) if self.portraits < len(self.photos) else size
        picked = [chance.randrange(self.portraits) for _ in range(real)]
        picked += [chance.randrange(self.portraits, len(self.photos)) for _ in range(size - real)]
        turned = [chance.randrange(2) for _ in picked]
        photos = [
            as_floats(self.photos[i]).flip(2) if turn else as_floats(self.photos[i])
            for i, turn in zip(picked, turned, strict=True)
        ]
        return torch.stack(photos), self.codes[turned, picked]


def as_floats(photos: Tensor) -> Tensor:
    """Bytes to [-1, 1]."""
    return photos.float() / 127.5 - 1


def coded(work: Path, encoder: SmallEncoder) -> tuple[Coded, Tensor]:
    """The training portraits in `work` and their relatives with their codes, and the held-out portraits, at 128 pixels.

    Codes that are in `work` already are taken from there, where they are this encoder's.
    """
    portraits, held = (F.adaptive_avg_pool2d(photos, SIDE) for photos in read_portraits(work / "portraits"))
    numbers = numbers_in(work / "relatives")
    relatives = [read_picture(file_of(work / "relatives", number), SIDE) for number in numbers]
    photos = torch.stack([to_bytes(photo).permute(2, 0, 1) for photo in [*portraits, *relatives]])
    path = ensure_dir(work / "ablations") / "codes.pt"
    codes = read_codes(path, photos, encoder)
    if codes is None:
        codes = torch.stack([encoded(encoder, photos), encoded(encoder, photos.flip(3))])
        with atomic_write(path) as part:
            torch.save(codes, part)
    return Coded(photos, codes, len(portraits)), held


@torch.inference_mode()
def encoded(encoder: SmallEncoder, photos: Tensor) -> Tensor:
    """The codes [N, 512] of photos [N, 3, 128, 128] in bytes."""
    return torch.cat([encoder(as_floats(part)) for part in photos.split(AT_ONCE)])


def read_codes(path: Path, photos: Tensor, encoder: SmallEncoder) -> Tensor | None:
    """The codes in a file, unless they are of other photos or another encoder, of which a few of them tell."""
    if not path.exists():
        return None
    codes = torch.load(path, weights_only=True)
    some = slice(None, None, max(1, len(photos) // AT_ONCE))
    fits = len(codes[0]) == len(photos) and torch.allclose(codes[0, some], encoded(encoder, photos[some]), atol=1e-2)
    return codes if fits else None
