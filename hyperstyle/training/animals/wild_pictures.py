"""The pictures of docs/wild.md.

The photos that the model was trained on may not be shown. So these are what the generator drew: samples, edits of
samples, and inversions of pictures that mix two codes, which no code in W gives.
"""

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from hyperstyle.domain_table import EMBEDDED
from hyperstyle.editing.directions import Direction
from hyperstyle.editing.styles import BIG_CAT
from hyperstyle.files import atomic_write, ensure_dir
from hyperstyle.inversion import hyperstyle
from hyperstyle.inversion.step import Step
from hyperstyle.inverter import Inverter
from hyperstyle.networks.compact_generator import CompactGenerator
from hyperstyle.networks.compact_model import CompactModel
from hyperstyle.paths import EXAMPLES
from hyperstyle.photo.tensors import to_pixels, to_tensor
from hyperstyle.training.animals.wild_report import REFINEMENTS, edited

SAMPLES, COLUMNS, SIDE = 64, 8, 128
EDITED, INVERTED = 4, 4  # samples of the strips
TRUNCATION = 0.8  # of the samples that are edited and inverted
SHOWN = 3.0  # amount of the edits; at 5, stripes and spots are exaggerated


def write_pictures(model: CompactModel, directions: list[Direction], folder: Path) -> None:
    """Write samples.jpg, edits.jpg, inversions.jpg and people.jpg."""
    ensure_dir(folder)
    save(folder / "people.jpg", people_rows())
    save(folder / "samples.jpg", list(samples(model, SAMPLES, 1.0).split(COLUMNS)))
    save(folder / "edits.jpg", [edit_row(model, directions, code) for code in sample_codes(model, EDITED, TRUNCATION)])
    save(folder / "inversions.jpg", [inversion_row(model, picture) for picture in mixed_pictures(model, INVERTED)])


def people_rows() -> list[Tensor]:
    """Return the example portraits, and below them the same people as big cats, rows [N, 3, 256, 256]."""
    faces = Inverter.load(EMBEDDED)
    crops = [faces.crop(photo) for photo in sorted(EXAMPLES.glob("*.jpg"))]
    drawn = [faces.render(faces.invert(crop, steps=1), style=BIG_CAT.name) for crop in crops]
    side = CompactGenerator.size
    photos = torch.cat([to_tensor(crop.pixels(side, side)) for crop in crops])
    return [photos, torch.cat([to_tensor(np.asarray(picture)) for picture in drawn])]


def sample_codes(model: CompactModel, count: int, truncation: float, seed: int = 0) -> Tensor:
    """Return random codes [count, 1, 512], pulled towards the mean of W by `truncation`."""
    codes = model.mapping(torch.randn(4096, 512, generator=torch.Generator().manual_seed(seed)))
    mean = codes.mean(0)
    return (mean + truncation * (codes[:count] - mean))[:, None]


@torch.no_grad()
def samples(model: CompactModel, count: int, truncation: float) -> Tensor:
    """Return the first random pictures [count, 3, 256, 256], none left out."""
    return torch.cat([model.generator(code) for code in sample_codes(model, count, truncation)])


def edit_row(model: CompactModel, directions: list[Direction], code: Tensor) -> Tensor:
    """Return the picture of a code [1, 512], then one along every direction, [1 + directions, 3, 256, 256]."""
    start = Step(0, model.generator(code), code, {})
    return torch.cat([start.picture, *(edited(model, start, direction, SHOWN) for direction in directions)])


@torch.no_grad()
def mixed_pictures(model: CompactModel, count: int) -> list[Tensor]:
    """Return pictures [1, 3, 256, 256] whose shapes come from one code and whose coat and light from another."""
    codes = sample_codes(model, 2 * count, TRUNCATION, seed=1)[:, 0]
    styles = torch.arange(model.generator.n_styles)[:, None] < model.generator.n_styles // 2 + 1
    return [
        model.generator(torch.where(styles, one, other)[None])
        for one, other in zip(codes[0::2], codes[1::2], strict=True)
    ]


def inversion_row(model: CompactModel, picture: Tensor) -> Tensor:
    """Return a picture [1, 3, 256, 256] and those of all steps of its inversion, [2 + REFINEMENTS, 3, 256, 256]."""
    steps = hyperstyle.invert(model, picture.clamp(-1, 1), REFINEMENTS)
    return torch.cat([picture, *(step.picture for step in steps)])


def save(path: Path, rows: list[Tensor]) -> None:
    """Write rows of pictures [N, 3, 256, 256] as one JPEG."""
    sheet = torch.cat(
        [torch.cat(list(torch.nn.functional.avg_pool2d(row, row.shape[-1] // SIDE)), 2) for row in rows], 1
    )
    with atomic_write(path) as part:
        Image.fromarray(to_pixels(sheet)).save(part, "JPEG", quality=85)
