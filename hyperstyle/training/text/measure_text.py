"""Measures text edits on inverted photos: label and identity before and after some pairs of texts."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hyperstyle.editing.edits import DEFAULT_TEXT_STRENGTH, Edits, TextEdit
from hyperstyle.editing.text_edits import TextEditor
from hyperstyle.errors import StudioError
from hyperstyle.files import atomic_write, ensure_dir
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.inverter import Inverter
from hyperstyle.metrics.descriptions import DESCRIBED, Describer
from hyperstyle.metrics.identity import FaceIdentity
from hyperstyle.photo.reading import Pixels
from hyperstyle.training.core.doc_sections import write_section

SIDE = 256  # size of the classifiers' input
STRIP_PHOTOS, STRIP_PAIRS, STRIP_SIDE, STRIP_QUALITY = 3, 10, 144, 85
METHOD = "hyperstyle"
DESCRIPTOR = 128

AGE_STRENGTH = 3.0  # age is relevant to so many channels that the default strength changes the identity
HAIR_STRENGTH = 3.0  # likewise


@dataclass(frozen=True)
class TextPair:
    """Two descriptions, and the intended effect of their difference."""

    before: str
    after: str
    label: str
    """One of `DESCRIBED`."""
    grows: bool
    """The edit should increase the label; otherwise decrease it."""
    strength: float = DEFAULT_TEXT_STRENGTH


PAIRS = (
    TextPair("a face", "a smiling face", "smile", grows=True),
    TextPair("a smiling face", "a serious face", "smile", grows=False),
    TextPair("a young person", "an old person", "age", grows=True, strength=AGE_STRENGTH),
    TextPair("a face", "a young face", "age", grows=False, strength=AGE_STRENGTH),
    TextPair("a face without glasses", "a face with glasses", "glasses", grows=True),
    TextPair("a man", "a man with a beard", "beard", grows=True),
    TextPair("a face", "a face with blond hair", "hair-light", grows=True),
    TextPair("a face", "a face with black hair", "hair-light", grows=False),
    TextPair("a face", "a face with wide open eyes", "eyes-open", grows=True),
    TextPair("a face", "a face with an open mouth", "mouth-open", grows=True),
    TextPair("a face with a bare forehead", "a face with bangs", "bangs", grows=True),
    TextPair("a face with short hair", "a face with long hair", "hair-length", grows=True, strength=HAIR_STRENGTH),
    TextPair("a face", "a face with straight hair", "straight-hair", grows=True),
    TextPair("a face", "a face with grey hair", "grey-hair", grows=True),
    TextPair("a face with thin eyebrows", "a face with thick eyebrows", "thick-brows", grows=True),
    TextPair("a face showing no teeth", "a face showing teeth", "teeth", grows=True),
    TextPair("a face with a round face", "a face with a narrow face", "face-width", grows=False),
    TextPair("a face", "a face in front of a dark background", "light-background", grows=False),
    TextPair("a face", "a face in front of a bright background", "light-background", grows=True),
    TextPair("a face", "a face in front of a blue background", "blue-background", grows=True),
)


TEXT_EDITS = tuple(TextEdit(pair.before, pair.after, pair.strength) for pair in PAIRS)


@dataclass(frozen=True)
class TextEditMeasurements:
    """Measurements of one photo: of its unedited inversion first, then of each pair's edit."""

    labels: NDArray[np.float32]
    """[1 + pairs, labels]."""
    descriptors: NDArray[np.float64]
    """dlib's face descriptors, [1 + pairs, 128]; NaN where no face is found."""
    pictures: NDArray[np.uint8]
    """Small pictures for the strip, RGB, [1 + pairs, 144, 144, 3]."""


@dataclass(frozen=True)
class TextEditBench:
    """Inverter and classifiers that measure text edits; measurements are cached in `folder`."""

    inverter: Inverter
    describer: Describer
    identity: FaceIdentity
    folder: Path

    def inversion(self, name: str, photo: Path) -> Inversion:
        """Return the inversion of a photo, from the cache where it is there."""
        path = ensure_dir(self.folder) / f"{name}.safetensors"
        if not path.exists():
            self.inverter.invert(photo, method=METHOD).save(path)
        return Inversion.open(path)

    def measure(self, name: str, photo: Path) -> TextEditMeasurements:
        """Measure all pairs on a photo."""
        path, key = self.folder / f"{name}.npz", edits_key(self.inverter)
        if path.exists():
            with np.load(path) as kept:
                if str(kept["key"]) == key:
                    return TextEditMeasurements(kept["labels"], kept["descriptors"], kept["pictures"])
        inversion = self.inversion(name, photo)
        drawn = [resized(self.inverter.draw(inversion, Edits(text=edit))) for edit in (None, *TEXT_EDITS)]
        no_face = np.full(DESCRIPTOR, np.nan)
        descriptors = [self.identity.describe(picture) for picture in drawn]
        measured = TextEditMeasurements(
            np.stack([self.describer.labels(picture) for picture in drawn]),
            np.stack([no_face if descriptor is None else descriptor for descriptor in descriptors]),
            np.stack([resized(picture, STRIP_SIDE) for picture in drawn]),
        )
        with atomic_write(path) as part, part.open("wb") as file:
            np.savez(
                file, key=key, labels=measured.labels, descriptors=measured.descriptors, pictures=measured.pictures
            )
        return measured


def resized(pixels: Pixels, side: int = SIDE) -> Pixels:
    """Resize a square picture."""
    return np.asarray(Image.fromarray(pixels).resize((side, side), Image.Resampling.BOX))


def edits_key(inverter: Inverter) -> str:
    """Return a hash of all edits' directions, which changes when cached measurements are out of date."""
    digest = hashlib.sha256()
    for edit in TEXT_EDITS:
        direction = inverter.text_editor.direction(edit.before, edit.after)
        digest.update(f"{direction.name} {edit.strength}".encode())
        for index, move in sorted(direction.moves.items()):
            digest.update(bytes([index]) + move.numpy().tobytes())
    return digest.hexdigest()


def run(photos: Mapping[str, Path], bench: TextEditBench, docs: Path, log: Callable[[str], None]) -> None:
    """Measure the pairs on photos (short names -> files), and write the table and the strip of docs/text.md."""
    measured: list[TextEditMeasurements] = []
    for name, photo in photos.items():
        try:
            measured.append(bench.measure(name, photo))
        except StudioError as error:
            log(f"{photo}: {error}")
        else:
            log(f"{len(measured)} of {len(photos)} photos")
            write_report(docs, bench.inverter.text_editor, measured)


def write_report(docs: Path, editor: TextEditor, measured: list[TextEditMeasurements]) -> None:
    """Write the strip to docs/text.jpg, and the table into docs/text.md.

    A row of the strip is the unedited inversion of a photo and ten edits of it.
    """
    rows = [
        np.concatenate([one.pictures[0], *one.pictures[first : first + STRIP_PAIRS]], 1)
        for first in range(1, 1 + len(PAIRS), STRIP_PAIRS)
        for one in measured[:STRIP_PHOTOS]
    ]
    with atomic_write(docs / "text.jpg") as part:
        Image.fromarray(np.concatenate(rows)).save(part, "JPEG", quality=STRIP_QUALITY)
    write_section(docs / "text.md", table(editor, measured))


def table(editor: TextEditor, measured: list[TextEditMeasurements]) -> str:
    """Return the Markdown table, one line per pair."""
    labels = np.stack([one.labels for one in measured])
    faces = np.stack([one.descriptors for one in measured])
    lines = [
        f"On {len(measured)} photos:",
        "",
        "| from | to | strength | label | before / after | right way | identity distance | faces lost | channels |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for place, pair in enumerate(PAIRS, 1):
        column = DESCRIBED.index(pair.label)
        before, after = labels[:, 0, column], labels[:, place, column]
        # A label that is NaN, because the picture does not show what it measures, counts as the wrong way.
        right = (after > before) if pair.grows else (after < before)
        distances = np.linalg.norm(faces[:, place] - faces[:, 0], axis=1)
        lost = int(np.isnan(distances).sum())
        lines.append(
            f"| {pair.before} | {pair.after} | {pair.strength:g} | {pair.label}, {'more' if pair.grows else 'less'} "
            f"| {np.nanmean(before):.2f} / {np.nanmean(after):.2f} | {right.mean():.0%} | {np.nanmean(distances):.2f} "
            f"| {lost} | {editor.direction(pair.before, pair.after).channels} |"
        )
    return "\n".join(lines)
