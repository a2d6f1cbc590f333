"""Measurements of edits that are carried into photos: how much of a photo they change, and how well they arrive."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hyperstyle.editing.edits import Edits
from hyperstyle.editing.photo_editor import put_back
from hyperstyle.files import ensure_dir, write_text
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.inverter import Inverter
from hyperstyle.metrics.attributes import LABELS, Labeller
from hyperstyle.metrics.identity import FaceIdentity
from hyperstyle.photo.alignment import align
from hyperstyle.photo.pasting import paste_back
from hyperstyle.photo.reading import Photo, Pixels, read_photo

TRIED: Mapping[str, float] = MappingProxyType(
    {"smile": 3, "eyes-open": 3, "lips-red": 3, "mouth-open": 4, "age": 4, "hair-light": 4, "yaw": 2}
)
"""Direction -> amount; every direction has a label of its own name."""
SEEN = 4  # of 255: a difference that counts
FACE = 256  # side of the crops that classifiers see
EDGE = (0.02, 0.6)  # of the mask, between which its edge lies


@dataclass(frozen=True)
class Arrival:
    """One way of putting an edited picture into its photo."""

    changed: float
    """Share of the photo's pixels that differ by more than `SEEN`."""
    label: float
    """What the classifier of the direction's label says of the face in the photo."""
    identity: float | None
    """Distance to the face in the photo before; None where a face is not found."""
    seam: float
    """Mean gradient of the photo along the mask's edge, divided by that of the photo before."""


@dataclass(frozen=True)
class PasteMeasurement:
    """An edit on a portrait."""

    portrait: str
    direction: str
    before: float
    """The label of the face in the photo."""
    full: float
    """That of the generator's edited picture."""
    reconstruction: float | None
    """Identity distance between the photo's face and its reconstruction."""
    carried: Arrival
    """What the edit changes alone."""
    whole: Arrival
    """The generator's whole picture."""

    @classmethod
    def from_json(cls, text: str) -> "PasteMeasurement":
        """Read what `json.dumps(asdict(...))` wrote."""
        entry = json.loads(text)
        return cls(**{**entry, "carried": Arrival(**entry["carried"]), "whole": Arrival(**entry["whole"])})


@dataclass(frozen=True)
class PasteBench:
    """Models that measure edits in photos, and the cache of inversions and measurements."""

    inverter: Inverter
    labeller: Labeller
    identity: FaceIdentity
    folder: Path
    """Folder of the cache."""

    def rows(self, photos: Sequence[Path]) -> Iterator[PasteMeasurement]:
        """Yield the measurements of every tried edit on every photo; cached ones are read."""
        for path in photos:
            missing = []
            for name in TRIED:
                kept = self._file(path, name)
                if kept.exists():
                    yield PasteMeasurement.from_json(kept.read_text("utf-8"))
                else:
                    missing.append(name)
            if missing:
                photo, inversion = read_photo(path), self.inversion(path)
            for name in missing:
                row = self.measure(path.stem, photo, inversion, name)
                write_text(self._file(path, name), json.dumps(asdict(row), indent=1))
                yield row

    def inversion(self, path: Path) -> Inversion:
        """Return the inversion of a photo."""
        kept = ensure_dir(self.folder) / f"{path.stem}.safetensors"
        if not kept.exists():
            self.inverter.invert(path, steps=5).save(kept)
        return Inversion.open(kept)

    def measure(self, portrait: str, photo: Photo, inversion: Inversion, name: str) -> PasteMeasurement:
        """Measure one edit of one photo, carried and pasted whole."""
        edits, before = Edits({name: TRIED[name]}), self._face(photo.pixels, inversion)
        editor, edited = self.inverter.photo_editor, self.inverter.draw(inversion, edits)
        original = editor.original(photo, inversion)
        crop = editor.carry(original, inversion, edits, edited)
        carried, whole = put_back(photo, original, inversion, crop), paste_back(photo.pixels, edited, inversion.quad)
        full, reconstruction = small(edited), small(editor.reconstruction(inversion, 1.0))
        return PasteMeasurement(
            portrait,
            name,
            self._label(before, name),
            self._label(full, name),
            self._distance(before, reconstruction),
            *(self._arrival(photo, pixels, inversion, name, crop.mask) for pixels in (carried, whole)),
        )

    def _arrival(
        self, photo: Photo, pixels: Pixels, inversion: Inversion, name: str, mask: NDArray[np.float32]
    ) -> Arrival:
        face = self._face(pixels, inversion)
        difference = np.abs(pixels.astype(int) - photo.pixels).max(axis=2)
        one, other = (align(picture, inversion.quad, *mask.shape) for picture in (pixels, photo.pixels))
        return Arrival(
            float((difference > SEEN).mean()),
            self._label(face, name),
            self._distance(self._face(photo.pixels, inversion), face),
            seam(one, other, mask),
        )

    def _face(self, pixels: Pixels, inversion: Inversion) -> Pixels:
        return align(pixels, inversion.quad, FACE, FACE)

    def _label(self, face: Pixels, name: str) -> float:
        return float(self.labeller.labels(face)[LABELS.index(name)])

    def _distance(self, one: Pixels, other: Pixels) -> float | None:
        found = [self.identity.describe(face) for face in (one, other)]
        return None if found[0] is None or found[1] is None else float(np.linalg.norm(found[0] - found[1]))

    def _file(self, path: Path, name: str) -> Path:
        return self.folder / f"{path.stem}-{name}.json"


def seam(pixels: Pixels, before: Pixels, mask: NDArray[np.float32]) -> float:
    """Mean gradient along a mask's edge, divided by that of the picture before; 1 where there is no edge."""
    low, high = EDGE
    edge = ((mask > low) & (mask < high))[:-1, :-1]
    if not edge.any():
        return 1.0
    after, first = (gradient(picture)[edge].mean() for picture in (pixels, before))
    return float(after / max(first, 1e-6))


def gradient(pixels: Pixels) -> NDArray[np.float32]:
    """Absolute difference to the next pixel, along rows and columns and over colours: [H - 1, W - 1]."""
    field = pixels.astype(np.float32)
    across, along = field[:-1, 1:] - field[:-1, :-1], field[1:, :-1] - field[:-1, :-1]
    summed: NDArray[np.float32] = (np.abs(across) + np.abs(along)).sum(axis=2)
    return summed


def small(picture: Pixels) -> Pixels:
    """A picture as classifiers see it."""
    return np.asarray(Image.fromarray(picture).resize((FACE, FACE), Image.Resampling.BOX))
