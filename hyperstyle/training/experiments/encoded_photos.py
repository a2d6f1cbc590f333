"""Training photos with their encoder codes, which are computed once and cached in a file."""

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
REAL = 0.25  # share of portraits in a batch; the others are augmented portraits


@dataclass(frozen=True)
class EncodedPhotos:
    """Portraits, then augmented portraits, and their codes."""

    photos: Tensor
    """uint8 [N, 3, 128, 128]."""
    codes: Tensor
    """Codes of the photos and of the mirrored photos, [2, N, 512]."""
    portraits: int
    """Number of portraits, which come first."""

    def batch(self, size: int, chance: random.Random) -> tuple[Tensor, Tensor]:
        """Draw photos [size, 3, 128, 128] in [-1, 1], mirrored with probability 1/2, and their codes [size, 512]."""
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
    """Convert uint8 to floats in [-1, 1]."""
    return photos.float() / 127.5 - 1


def encode_photos(work: Path, encoder: SmallEncoder) -> tuple[EncodedPhotos, Tensor]:
    """Return the training photos in `work` with codes, and the held-out portraits [N, 3, 128, 128] in [-1, 1].

    Codes are cached in `work`, as long as photos and encoder stay the same.
    """
    portraits, held = (F.adaptive_avg_pool2d(photos, SIDE) for photos in read_portraits(work / "portraits"))
    numbers = numbers_in(work / "relatives")
    relatives = [read_picture(file_of(work / "relatives", number), SIDE) for number in numbers]
    photos = torch.stack([to_bytes(photo).permute(2, 0, 1) for photo in [*portraits, *relatives]])
    path = ensure_dir(work / "ablations") / "codes.pt"
    codes = read_codes(path, photos, encoder)
    if codes is None:
        codes = torch.stack([encode(encoder, photos), encode(encoder, photos.flip(3))])
        with atomic_write(path) as part:
            torch.save(codes, part)
    return EncodedPhotos(photos, codes, len(portraits)), held


@torch.inference_mode()
def encode(encoder: SmallEncoder, photos: Tensor) -> Tensor:
    """Return the codes [N, 512] of photos, uint8 [N, 3, 128, 128]."""
    return torch.cat([encoder(as_floats(part)) for part in photos.split(AT_ONCE)])


def read_codes(path: Path, photos: Tensor, encoder: SmallEncoder) -> Tensor | None:
    """Read cached codes [2, N, 512]; return None if their number or a few recomputed codes do not match."""
    if not path.exists():
        return None
    codes = torch.load(path, weights_only=True)
    some = slice(None, None, max(1, len(photos) // AT_ONCE))
    fits = len(codes[0]) == len(photos) and torch.allclose(codes[0, some], encode(encoder, photos[some]), atol=1e-2)
    return codes if fits else None
