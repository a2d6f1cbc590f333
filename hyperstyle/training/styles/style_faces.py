"""Faces to train styles on: pictures with the codes and offsets that render them, generated or inverted."""

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
from hyperstyle.training.core.portraits import FIRST_HELD_OUT, number_of, read_batch

SIZE = 512
"""Side of the pictures: fine enough for a teacher, which needs a quarter of the time of full size."""
FACES = 128
PORTRAITS = 14
FIRST_SEED = 4_000_000  # number of the first generated face; stored pictures have smaller numbers


@dataclass(frozen=True)
class TrainingFace:
    """A picture file, and the code and weight offsets that render it."""

    path: Path
    codes: Tensor
    """Code in W, [1, 512]."""
    offsets: Offsets
    """Layer -> weight offset [out, in, kh, kw]; empty for generated faces."""

    def picture(self) -> Tensor:
        """Read the picture, [1, 3, SIZE, SIZE] in [-1, 1]."""
        with Image.open(self.path) as image:
            return to_tensor(np.asarray(image.convert("RGB")))


def make_faces(
    folder: Path, generator: MobileGenerator, mapping: MappingNetwork, device: torch.device, count: int = FACES
) -> Iterator[TrainingFace]:
    """Yield `count` generated faces, rendering the pictures that `folder` lacks."""
    quick = copy.deepcopy(generator).to(device)
    quick.compute_in(fast_dtype(device))
    ensure_dir(folder)
    for number in range(FIRST_SEED, FIRST_SEED + count):
        face = TrainingFace(folder / f"{number}.webp", code_of(number, mapping).clone(), {})
        if not face.path.exists():
            with torch.inference_mode():
                _save(face.path, quick(face.codes.to(device)))
        yield face


def invert_portraits(folder: Path, model: Model, portraits: Path, count: int = PORTRAITS) -> Iterator[TrainingFace]:
    """Yield inversions of training portraits: users' inversions have offsets on kernels that the style changes, too."""
    ensure_dir(folder)
    paths = [path for path in sorted(portraits.glob("*.png")) if number_of(path) < FIRST_HELD_OUT]
    for path in paths[:: max(len(paths) // count, 1)][:count]:
        kept = folder / f"{path.stem}.safetensors"
        if not kept.exists():
            *_, last = invert(model, read_batch([path]).to(next(model.generator.parameters()).device))
            _save(kept.with_suffix(".webp"), last.picture)
            halves = {str(layer): offset[0].half().cpu().contiguous() for layer, offset in last.offsets.items()}
            with atomic_write(kept) as part:
                part.write_bytes(save({"codes": last.codes.cpu().contiguous()} | halves))
        tensors = load_file(kept)
        yield TrainingFace(
            kept.with_suffix(".webp"), tensors.pop("codes"), {int(name): t for name, t in tensors.items()}
        )


def _save(path: Path, picture: Tensor) -> None:
    """Write a picture [1, 3, H, W] in [-1, 1], pooled to `SIZE`, as WebP."""
    with atomic_write(path) as part:
        pixels = to_pixels(F.avg_pool2d(picture, picture.shape[-1] // SIZE)[0])
        Image.fromarray(pixels).save(part, "WEBP", quality=95)
