"""Example photos with precomputed results, which `python -m hyperstyle.web.examples` computes."""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from hyperstyle.domain_table import DOMAINS, EMBEDDED
from hyperstyle.files import ensure_dir
from hyperstyle.inversion.inversion import StepRecord
from hyperstyle.inversion.methods import default_method
from hyperstyle.inverter import Inverter
from hyperstyle.photo.reading import Pixels

FOLDER = Path(__file__).resolve().parents[2] / "examples"
STEPS, DRAWING_STEPS = (default_method(EMBEDDED).default_steps(drawing=drawing) for drawing in (False, True))
"""Default numbers of refinement steps, for photos and for drawings."""
_SIDE = 512  # longer side of the precomputed pictures; the full size follows within seconds
_METRICS = "figures.json"


@dataclass(frozen=True)
class PrecomputedExample:
    """An example's pictures and metrics."""

    aligned: bytes
    """The part of the photo that was inverted, as WebP."""
    pictures: tuple[bytes, ...]
    """The pictures of the steps, as WebP."""
    records: tuple[StepRecord, ...]


class Examples:
    """The example photos in a folder, by name, with their precomputed results.

    Those of faces lie in the folder itself, those of other domains in subfolders of the domains' names.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder
        folders = [folder, *(folder / name for name in DOMAINS)]
        self._files = {path.stem: path for each in folders for path in sorted(each.glob("*.jpg"))}

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all examples; faces come first."""
        return tuple(self._files)

    def domain(self, name: str) -> str | None:
        """Return the name of the only domain of an example; None for a face, which any domain of faces takes."""
        parent = self._files[name].parent
        return None if parent == self._folder else parent.name

    def photo(self, name: str) -> bytes:
        """Return the content of the photo's file."""
        return self._files[name].read_bytes()

    def precomputed(self, name: str) -> PrecomputedExample | None:
        """Return the precomputed results of an example; None if there are none."""
        folder = self._folder / "results" / name
        if not (folder / _METRICS).exists():
            return None
        records = tuple(StepRecord.from_json(entry) for entry in json.loads((folder / _METRICS).read_text("utf-8")))
        pictures = tuple((folder / f"step-{record.index}.webp").read_bytes() for record in records)
        return PrecomputedExample((folder / "aligned.webp").read_bytes(), pictures, records)

    def precompute(self, inverter: Inverter) -> Iterator[str]:
        """Compute and write the results of all examples for a domain; yield the name of each when it is done."""
        for name in self.names:
            if (self.domain(name) or EMBEDDED.name) != inverter.domain.name:
                continue
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
    for domain in ("faces-lite", "wild-lite"):
        for done in Examples().precompute(Inverter.load(domain)):
            print(done)
