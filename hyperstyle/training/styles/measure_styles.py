"""Measures the shipped styles on portraits that were not used in training; measurements are cached."""

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
"""Directions that are applied within styles, and their amounts."""


@dataclass(frozen=True)
class StyleMeasurement:
    """Measurements of one style on one portrait."""

    portrait: str
    style: str
    photo_lpips: float
    """LPIPS between the photo and the teacher's picture, at 256 pixels."""
    lpips: dict[str, float]
    """Amount of style -> LPIPS between the stylized and the teacher's picture."""
    identity: dict[str, float | None]
    """Amount of style -> identity distance from the photo; None where no face is found in the picture."""
    seconds: float
    """Time to render one picture of 1024 pixels."""
    edits: dict[str, float]
    """Direction -> change of its label."""


@dataclass(frozen=True)
class StyleBench:
    """Models that measure styles, and the cache of inversions and measurements."""

    inverter: Inverter
    labeller: Labeller
    folder: Path
    """Folder of the cache."""

    def rows(self, photos: Sequence[Path], styles: Sequence[BundledStyle]) -> Iterator[StyleMeasurement]:
        """Yield the measurements of every style on every photo, cached ones first."""
        ensure_dir(self.folder)
        for path in photos:
            missing = []
            for style in styles:
                kept = self._file(path, style)
                if kept.exists():
                    yield StyleMeasurement(**json.loads(kept.read_text("utf-8")))
                else:
                    missing.append(style)
            if not missing:
                continue
            crop, inversion = self.crop_and_inversion(path)
            for style in missing:
                row = self.measure(path, crop, inversion, style)
                write_text(self._file(path, style), json.dumps(asdict(row), indent=1))
                yield row

    def crop_and_inversion(self, path: Path) -> tuple[Crop, Inversion]:
        """Return a photo's crop and its inversion, from the cache where it is there."""
        crop = self.inverter.crop(path)
        kept = self.folder / f"{path.stem}.safetensors"
        if not kept.exists():
            self.inverter.invert(crop, method=METHOD, steps=METHOD.steps).save(kept)
        return crop, Inversion.open(kept)

    @torch.inference_mode()
    def measure(self, path: Path, crop: Crop, inversion: Inversion, style: BundledStyle) -> StyleMeasurement:
        """Measure one style on one photo."""
        lpips = self.inverter.evaluator.lpips
        wanted = teacher_picture(style, crop)
        photo = downscaled(to_tensor(crop.pixels(SIZE, SIZE)), 2)
        likeness = self.inverter.evaluator.against(photo)
        pictures, started = {}, time.perf_counter()
        for amount in (MILD, DEFAULT_STYLE_AMOUNT, FULL):
            pictures[amount] = self.render(inversion, style, amount)
        seconds = (time.perf_counter() - started) / len(pictures)
        seen = {str(amount): downscaled(to_tensor(picture), 4) for amount, picture in pictures.items()}
        return StyleMeasurement(
            path.stem,
            style.name,
            float(lpips(photo, wanted)),
            {amount: float(lpips(picture, wanted)) for amount, picture in seen.items()},
            {amount: likeness(picture)[0].identity for amount, picture in seen.items()},
            seconds,
            self.label_changes(inversion, style, pictures[DEFAULT_STYLE_AMOUNT]),
        )

    def render(
        self, inversion: Inversion, style: BundledStyle, amount: float, amounts: Mapping[str, float] | None = None
    ) -> Pixels:
        """Render an inversion in a style, edited by `amounts` of directions, to [1024, 1024, 3]."""
        return self.inverter.draw(inversion, Edits(amounts or {}, style=StyleChoice(style.name, amount)))

    def label_changes(self, inversion: Inversion, style: BundledStyle, still: Pixels) -> dict[str, float]:
        """Return how much each of `EDITS` changes its own label within a style; `still` is the unedited picture."""
        before = self._labels(still)
        moved = {}
        for name, amount in EDITS.items():
            after = self._labels(self.render(inversion, style, DEFAULT_STYLE_AMOUNT, {name: amount}))
            moved[name] = after[name] - before[name]
        return moved

    def _labels(self, picture: Pixels) -> dict[str, float]:
        seen = to_pixels(downscaled(to_tensor(picture), 4)[0])
        return dict(zip(LABELS, self.labeller.labels(seen).tolist(), strict=True))

    def _file(self, path: Path, style: BundledStyle) -> Path:
        return self.folder / f"{path.stem}-{style.name}.json"


def teacher_picture(style: BundledStyle, crop: Crop) -> Tensor:
    """Return the teacher's picture of a photo, [1, 3, 256, 256] in [-1, 1]."""
    return downscaled(TEACHERS[style.name](to_tensor(crop.pixels(SIZE, SIZE))).clamp(-1, 1), 2)


def downscaled(picture: Tensor, times: int) -> Tensor:
    """Average-pool pictures [N, 3, H, W] to sides `times` smaller."""
    return F.avg_pool2d(picture, times)
