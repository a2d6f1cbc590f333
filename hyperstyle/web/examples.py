"""Pictures that a visitor can click, with results made beforehand: `python -m hyperstyle.web.examples` makes them."""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from hyperstyle.domains import EMBEDDED
from hyperstyle.inversion.methods import METHODS
from hyperstyle.inversion.record import StepRecord
from hyperstyle.photo.reading import Pixels, read_photo
from hyperstyle.photo.tensors import to_pixels
from hyperstyle.workshop import Workshop
from hyperstyle.writing import made_folder

FOLDER = Path(__file__).resolve().parents[2] / "examples"
METHOD = METHODS["hyperstyle"]
STEPS = METHOD.usual(drawn=False)
_SIDE = 512  # of the pictures made beforehand; the full ones follow within seconds
_FIGURES = "figures.json"


@dataclass(frozen=True)
class Made:
    """What was made of an example beforehand."""

    aligned: bytes
    """WebP, like the pictures."""
    pictures: tuple[bytes, ...]
    """Of the steps."""
    records: tuple[StepRecord, ...]


class Examples:
    """The photos of a folder by name, each with its results where they were made."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder
        self.names = tuple(path.stem for path in sorted(folder.glob("*.jpg")))

    def photo(self, name: str) -> bytes:
        """The photo's file."""
        return (self._folder / f"{name}.jpg").read_bytes()

    def made(self, name: str) -> Made | None:
        """What was made of it beforehand; None where that has not been done."""
        folder = self._folder / "results" / name
        if not (folder / _FIGURES).exists():
            return None
        records = tuple(StepRecord.from_json(entry) for entry in json.loads((folder / _FIGURES).read_text("utf-8")))
        pictures = tuple((folder / f"step-{record.index}.webp").read_bytes() for record in records)
        return Made((folder / "aligned.webp").read_bytes(), pictures, records)

    def make(self, workshop: Workshop) -> Iterator[str]:
        """Make all results anew; yields the names of those that are done."""
        for name in self.names:
            folder = made_folder(self._folder / "results" / name)
            prepared = workshop.prepare(read_photo(self.photo(name)))
            records = []
            for step, record in workshop.invert(prepared, METHOD, STEPS):
                pixels = to_pixels(step.picture[0])
                (folder / f"step-{record.index}.webp").write_bytes(_webp(pixels))
                records.append(record.to_json())
            height, width = pixels.shape[:2]
            (folder / "aligned.webp").write_bytes(_webp(prepared.crop(height, width)))
            (folder / _FIGURES).write_text(json.dumps(records, indent=1), "utf-8")
            yield name


def _webp(pixels: Pixels) -> bytes:
    image = Image.fromarray(pixels)
    image.thumbnail((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    image.save(file, "WEBP", quality=80, method=6)
    return file.getvalue()


if __name__ == "__main__":
    for done in Examples().make(Workshop.open(EMBEDDED)):
        print(done)
