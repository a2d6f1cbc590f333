"""What the shipped styles do to portraits that nothing was trained on; figures are kept as they come."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from hyperstyle.editing.edits import Edits, StyleChoice
from hyperstyle.editing.styles import BundledStyle
from hyperstyle.files import ensure_dir, write_text
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.inversion.methods import METHODS
from hyperstyle.inverter import Inverter
from hyperstyle.metrics.attributes import LABELS, Labeller
from hyperstyle.photo.crop import Crop
from hyperstyle.photo.reading import Pixels
from hyperstyle.photo.tensors import to_pixels, to_tensor
from hyperstyle.training.styles.style_faces import SIZE
from hyperstyle.training.styles.teachers_table import TEACHERS

METHOD = METHODS["hyperstyle"]
MILD, DEFAULT_STYLE_AMOUNT, FULL = 0.0, 0.5, 1.0
EDITS = {"smile": 4.0, "age": 4.0}
"""Directions that are tried inside of styles, and how far."""


@dataclass(frozen=True)
class Row:
    """One style on one portrait."""

    portrait: str
    style: str
    photo_lpips: float
    """From the photo to the teacher's version of it, as 256 pixels square."""
    lpips: dict[str, float]
    """From the picture to the same, by amount."""
    identity: dict[str, float | None]
    """dlib's distance to the photo by amount; None where no face is found in the picture."""
    seconds: float
    """For one picture of 1024 pixels."""
    edits: dict[str, float]
    """Direction -> by how much its own label grew."""


@dataclass(frozen=True)
class Bench:
    """All that measuring takes, opened once."""

    inverter: Inverter
    labeller: Labeller
    folder: Path
    """What was measured is kept there, and so are the inversions."""

    def rows(self, photos: Sequence[Path], styles: Sequence[BundledStyle]) -> Iterator[Row]:
        """Every style on every photo; what is known is read."""
        ensure_dir(self.folder)
        for path in photos:
            missing = []
            for style in styles:
                kept = self._file(path, style)
                if kept.exists():
                    yield Row(**json.loads(kept.read_text("utf-8")))
                else:
                    missing.append(style)
            if not missing:
                continue
            crop, inversion = self.inverted(path)
            for style in missing:
                row = self.measured(path, crop, inversion, style)
                write_text(self._file(path, style), json.dumps(asdict(row), indent=1))
                yield row

    def inverted(self, path: Path) -> tuple[Crop, Inversion]:
        """A photo and its inversion."""
        crop = self.inverter.crop(path)
        kept = self.folder / f"{path.stem}.safetensors"
        if not kept.exists():
            self.inverter.invert(crop, method=METHOD, steps=METHOD.steps).save(kept)
        return crop, Inversion.open(kept)

    @torch.inference_mode()
    def measured(self, path: Path, crop: Crop, inversion: Inversion, style: BundledStyle) -> Row:
        """The figures of one style on one photo."""
        lpips = self.inverter.evaluator.lpips
        wanted = taught(style, crop)
        photo = halved(to_tensor(crop.pixels(SIZE, SIZE)), 2)
        likeness = self.inverter.evaluator.against(photo)
        pictures, started = {}, time.perf_counter()
        for amount in (MILD, DEFAULT_STYLE_AMOUNT, FULL):
            pictures[amount] = self.drawn(inversion, style, amount)
        seconds = (time.perf_counter() - started) / len(pictures)
        seen = {str(amount): halved(to_tensor(picture), 4) for amount, picture in pictures.items()}
        return Row(
            path.stem,
            style.name,
            float(lpips(photo, wanted)),
            {amount: float(lpips(picture, wanted)) for amount, picture in seen.items()},
            {amount: likeness(picture)[0].identity for amount, picture in seen.items()},
            seconds,
            self.edits(inversion, style, pictures[DEFAULT_STYLE_AMOUNT]),
        )

    def drawn(
        self, inversion: Inversion, style: BundledStyle, amount: float, amounts: Mapping[str, float] | None = None
    ) -> Pixels:
        """The picture [1024, 1024, 3] of an inversion in a style, moved along directions."""
        return self.inverter.draw(inversion, Edits(amounts or {}, style=StyleChoice(style.name, amount)))

    def edits(self, inversion: Inversion, style: BundledStyle, still: Pixels) -> dict[str, float]:
        """By how much each tried direction moves its own label inside of a style, from the picture without edits."""
        before = self._labels(still)
        moved = {}
        for name, amount in EDITS.items():
            after = self._labels(self.drawn(inversion, style, DEFAULT_STYLE_AMOUNT, {name: amount}))
            moved[name] = after[name] - before[name]
        return moved

    def _labels(self, picture: Pixels) -> dict[str, float]:
        seen = to_pixels(halved(to_tensor(picture), 4)[0])
        return dict(zip(LABELS, self.labeller.labels(seen).tolist(), strict=True))

    def _file(self, path: Path, style: BundledStyle) -> Path:
        return self.folder / f"{path.stem}-{style.name}.json"


def taught(style: BundledStyle, crop: Crop) -> Tensor:
    """The teacher's version [1, 3, 256, 256] of a photo."""
    return halved(TEACHERS[style.teacher](to_tensor(crop.pixels(SIZE, SIZE))).clamp(-1, 1), 2)


def halved(picture: Tensor, times: int) -> Tensor:
    """A picture [N, 3, H, W] with its sides so many times smaller."""
    return F.avg_pool2d(picture, times)
