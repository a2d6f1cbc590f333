"""Faces that styles are learnt from: pictures and what draws them, some of them portraits that were inverted."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file, save
from torch import Tensor
from torch.nn import functional as F

from hyperstyle.device import fast_dtype
from hyperstyle.files import atomic_write, ensure_dir
from hyperstyle.inversion.hyperstyle import Model, invert
from hyperstyle.networks.generator import Offsets
from hyperstyle.networks.mobile_stylegan import MappingNetwork, MobileGenerator
from hyperstyle.photo.tensors import to_pixels, to_tensor
from hyperstyle.training.core.generated_pictures import code_of
from hyperstyle.training.core.portraits import FIRST_HELD_OUT, number_of, stacked

SIZE = 512
"""Side of these pictures: what a teacher draws at this size is fine enough, and done in a quarter of the time."""
FACES = 128
VISITORS = 14
FIRST = 4_000_000  # numbers of these faces; no other training makes them


@dataclass(frozen=True)
class Face:
    """A picture, and what the generator draws it from."""

    path: Path
    codes: Tensor
    """[1, 512]."""
    offsets: Offsets

    def picture(self) -> Tensor:
        """[1, 3, SIZE, SIZE] in [-1, 1]."""
        with Image.open(self.path) as image:
            return to_tensor(np.asarray(image.convert("RGB")))


def make_faces(
    folder: Path, generator: MobileGenerator, mapping: MappingNetwork, device: torch.device, count: int = FACES
) -> Iterator[Face]:
    """Faces of the generator alone; pictures that `folder` lacks are made."""
    quick = copy.deepcopy(generator).to(device)
    quick.compute_in(fast_dtype(device))
    ensure_dir(folder)
    for number in range(FIRST, FIRST + count):
        face = Face(folder / f"{number}.webp", code_of(number, mapping).clone(), {})
        if not face.path.exists():
            with torch.inference_mode():
                _save(face.path, quick(face.codes.to(device)))
        yield face


def make_visitors(folder: Path, model: Model, portraits: Path, count: int = VISITORS) -> Iterator[Face]:
    """Inversions of portraits to train on: what a style meets when it is used moves the same kernels as it does."""
    ensure_dir(folder)
    paths = [path for path in sorted(portraits.glob("*.png")) if number_of(path) < FIRST_HELD_OUT]
    for path in paths[:: max(len(paths) // count, 1)][:count]:
        kept = folder / f"{path.stem}.safetensors"
        if not kept.exists():
            *_, last = invert(model, stacked([path]).to(next(model.generator.parameters()).device))
            _save(kept.with_suffix(".webp"), last.picture)
            halves = {str(layer): offset[0].half().cpu().contiguous() for layer, offset in last.offsets.items()}
            with atomic_write(kept) as part:
                part.write_bytes(save({"codes": last.codes.cpu().contiguous()} | halves))
        tensors = load_file(kept)
        yield Face(kept.with_suffix(".webp"), tensors.pop("codes"), {int(name): t for name, t in tensors.items()})


def _save(path: Path, picture: Tensor) -> None:
    """Keep a picture [1, 3, H, W] of the generator."""
    with atomic_write(path) as part:
        pixels = to_pixels(F.avg_pool2d(picture, picture.shape[-1] // SIZE)[0])
        Image.fromarray(pixels).save(part, "WEBP", quality=95)
