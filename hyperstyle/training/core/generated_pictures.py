"""Training pictures of the embedded generator: rendered once, kept as JPEG files.

The number of a picture is the random seed of its latent code. So codes need not be stored, and any number of processes
can share the work.
"""

import copy
import io
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from hyperstyle.device import fast_dtype
from hyperstyle.networks.mobile_stylegan import MappingNetwork, MobileGenerator
from hyperstyle.networks.preview_head import PreviewHead, preview

SIZE = 256
Renderer = Callable[[Tensor], Tensor]
"""Renders a code, [1, 512] in W or [1, n_styles, 512] in W+, to a picture [3, 256, 256], RGB in [-1, 1]."""
FIRST_PREVIEW = 1_000_000  # pictures from this number on are rendered by the preview head
MIN_TRUNCATION, MAX_TRUNCATION = 0.5, 1.0  # most photos lie near the mean of W, unusual ones far from it
QUALITY = 95  # of the JPEG files: 40 kB a picture


def code_of(number: int, mapping: MappingNetwork) -> Tensor:
    """Return the code [1, 512] in W of picture `number`."""
    source = torch.Generator().manual_seed(number)
    z = torch.randn(1, 512, generator=source)
    share = torch.rand(1, 1, generator=source)
    truncation = MIN_TRUNCATION + (MAX_TRUNCATION - MIN_TRUNCATION) * share
    with torch.inference_mode():
        return mapping(z, truncation)


def file_of(folder: Path, number: int) -> Path:
    """Return the path of picture `number`; each subfolder holds a thousand pictures."""
    return folder / f"{number // 1000:04d}" / f"{number:07d}.jpg"


def numbers_in(folder: Path) -> list[int]:
    """Return the sorted numbers of all pictures in a folder."""
    return sorted(int(path.stem) for path in folder.glob("*/*.jpg"))


def to_bytes(picture: Tensor) -> Tensor:
    """Convert a picture [3, H, W], RGB in [-1, 1], to uint8 [H, W, 3]."""
    return picture.float().cpu().add(1).mul(127.5).round().clamp(0, 255).byte().permute(1, 2, 0).contiguous()


def read_picture(path: Path, side: int) -> Tensor:
    """Read a stored picture, resized to [3, side, side], RGB in [-1, 1]."""
    with Image.open(path) as image:
        image.draft("RGB", (side, side))  # the JPEG decoder downscales by powers of two almost for free
        small = image.convert("RGB").resize((side, side), Image.Resampling.BOX)
    return torch.from_numpy(np.array(small)).permute(2, 0, 1).float() / 127.5 - 1


def full_renderer(generator: MobileGenerator, device: torch.device) -> Renderer:
    """Return a renderer that runs the whole generator and pools its picture.

    It computes in the device's fast precision, whose error is below that of JPEG.
    """
    generator = copy.deepcopy(generator).to(device)
    generator.compute_in(fast_dtype(device))

    def draw(code: Tensor) -> Tensor:
        picture = generator(code.to(device))
        return F.avg_pool2d(picture, picture.shape[-1] // SIZE)[0]

    return draw


def preview_renderer(generator: MobileGenerator, head: PreviewHead, device: torch.device) -> Renderer:
    """Return a renderer of previews: the generator's first blocks and the preview head, four times as fast."""
    trunk, small = copy.deepcopy(generator).to(device), copy.deepcopy(head).to(device, fast_dtype(device))
    trunk.compute_in(fast_dtype(device))
    kernels = trunk.kernels()
    return lambda code: preview(trunk, small, code.to(device), kernels)[0]


def make_pictures(folder: Path, draw: Renderer, mapping: MappingNetwork, numbers: range, deadline: float) -> int:
    """Write missing pictures until `deadline`, a value of `time.monotonic`; return how many were written."""
    made = 0
    for number in numbers:
        path = file_of(folder, number)
        if path.exists():
            continue
        if time.monotonic() > deadline:
            break
        with torch.inference_mode():
            write_jpeg(path, draw(code_of(number, mapping)))
        made += 1
    return made


def write_jpeg(path: Path, picture: Tensor) -> None:
    """Write a picture [3, H, W] in [-1, 1] as JPEG, atomically: a killed process leaves no truncated picture."""
    encoded = io.BytesIO()
    Image.fromarray(to_bytes(picture).numpy()).save(encoded, "JPEG", quality=QUALITY, subsampling=0)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    partial.write_bytes(encoded.getvalue())
    partial.replace(path)


def save_grid(path: Path, pictures: list[Tensor]) -> None:
    """Write pictures [1, 3, H, W] in [-1, 1] side by side into one PNG that shows how a training goes."""
    Image.fromarray(to_bytes(torch.cat(pictures, 3)[0]).numpy()).save(path)
