"""Pictures that a visitor can click, with precomputed results: `python -m hyperstyle.web.examples` computes them."""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from hyperstyle.domain_table import EMBEDDED
from hyperstyle.files import ensure_dir
from hyperstyle.inversion.inversion import StepRecord
from hyperstyle.inversion.methods import default_method
from hyperstyle.inverter import Inverter
from hyperstyle.photo.reading import Pixels

FOLDER = Path(__file__).resolve().parents[2] / "examples"
STEPS, DRAWING_STEPS = (default_method(EMBEDDED).default_steps(drawing=drawing) for drawing in (False, True))
"""How many refinements the page proposes: for photos and examples, and for drawings."""
_SIDE = 512  # of the precomputed pictures; the full ones follow within seconds
_METRICS = "figures.json"


@dataclass(frozen=True)
class PrecomputedExample:
    """An example's pictures and metrics."""

    aligned: bytes
    """The part of the photo that was inverted, as WebP."""
    pictures: tuple[bytes, ...]
    """Of the steps, as WebP."""
    records: tuple[StepRecord, ...]


class Examples:
    """The photos of a folder by name, each with its precomputed results if there are any."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder
        self.names = tuple(path.stem for path in sorted(folder.glob("*.jpg")))

    def photo(self, name: str) -> bytes:
        """The photo's file."""
        return (self._folder / f"{name}.jpg").read_bytes()

    def precomputed(self, name: str) -> PrecomputedExample | None:
        """The results of an example; None where nobody has computed them."""
        folder = self._folder / "results" / name
        if not (folder / _METRICS).exists():
            return None
        records = tuple(StepRecord.from_json(entry) for entry in json.loads((folder / _METRICS).read_text("utf-8")))
        pictures = tuple((folder / f"step-{record.index}.webp").read_bytes() for record in records)
        return PrecomputedExample((folder / "aligned.webp").read_bytes(), pictures, records)

    def precompute(self, inverter: Inverter) -> Iterator[str]:
        """Compute the results of all examples anew; yields the names of those that are done."""
        for name in self.names:
            folder = ensure_dir(self._folder / "results" / name)
            crop = inverter.crop(self.photo(name))
            for step in inverter.steps(crop):
                (folder / f"step-{step.index}.webp").write_bytes(_webp(step.pixels))
            height, width = step.pixels.shape[:2]
            (folder / "aligned.webp").write_bytes(_webp(crop.pixels(height, width)))
            records = [record.to_json() for record in step.inversion.steps]
            (folder / _METRICS).write_text(json.dumps(records, indent=1), "utf-8")
            yield name


def _webp(pixels: Pixels) -> bytes:
    image = Image.fromarray(pixels)
    image.thumbnail((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    image.save(file, "WEBP", quality=80, method=6)
    return file.getvalue()


if __name__ == "__main__":
    for done in Examples().precompute(Inverter.load(EMBEDDED)):
        print(done)
