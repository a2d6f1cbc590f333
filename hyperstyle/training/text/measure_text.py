"""What edits in words do to photos: ten pairs of texts on inversions, judged by classifiers that know the labels."""

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
from hyperstyle.metrics.attributes import LABELS, Labeller
from hyperstyle.metrics.identity import FaceIdentity
from hyperstyle.photo.reading import Pixels
from hyperstyle.training.core.doc_sections import fill

SIDE = 256  # at which labels are asked for
STRIP_PHOTOS, STRIP_SIDE, STRIP_QUALITY = 4, 144, 85
METHOD = "hyperstyle"
DESCRIPTOR = 128

AGEING = 3.0  # age goes with so many channels that at the usual strength it makes another person


@dataclass(frozen=True)
class Pair:
    """Two texts, and what the difference should do."""

    before: str
    after: str
    label: str
    """Of `LABELS`."""
    grows: bool
    """Whether there should be more of it, or less."""
    strength: float = DEFAULT_TEXT_STRENGTH


PAIRS = (
    Pair("a face", "a smiling face", "smile", grows=True),
    Pair("a smiling face", "a serious face", "smile", grows=False),
    Pair("a young person", "an old person", "age", grows=True, strength=AGEING),
    Pair("a face", "a young face", "age", grows=False, strength=AGEING),
    Pair("a face without glasses", "a face with glasses", "glasses", grows=True),
    Pair("a man", "a man with a beard", "beard", grows=True),
    Pair("a face", "a face with blond hair", "hair-light", grows=True),
    Pair("a face", "a face with black hair", "hair-light", grows=False),
    Pair("a face", "a face with wide open eyes", "eyes-open", grows=True),
    Pair("a face", "a face with an open mouth", "mouth-open", grows=True),
)


TEXT_EDITS = tuple(TextEdit(pair.before, pair.after, pair.strength) for pair in PAIRS)


@dataclass(frozen=True)
class Seen:
    """What is seen in the pictures of one photo: its inversion first, then the pairs in order."""

    labels: NDArray[np.float32]
    """[1 + pairs, labels]."""
    descriptors: NDArray[np.float64]
    """[1 + pairs, 128], whose face each is; NaN where no face is found."""
    pictures: NDArray[np.uint8]
    """[1 + pairs, 144, 144, 3]."""


@dataclass(frozen=True)
class Bench:
    """What looks at edits; what was seen once is kept in `folder`."""

    inverter: Inverter
    labeller: Labeller
    identity: FaceIdentity
    folder: Path

    def inversion(self, name: str, photo: Path) -> Inversion:
        """The inversion of a photo."""
        path = ensure_dir(self.folder) / f"{name}.safetensors"
        if not path.exists():
            self.inverter.invert(photo, method=METHOD).save(path)
        return Inversion.open(path)

    def see(self, name: str, photo: Path) -> Seen:
        """What there is to see of a photo."""
        path, key = self.folder / f"{name}.npz", key_of(self.inverter)
        if path.exists():
            with np.load(path) as kept:
                if str(kept["key"]) == key:
                    return Seen(kept["labels"], kept["descriptors"], kept["pictures"])
        inversion = self.inversion(name, photo)
        drawn = [small(self.inverter.draw(inversion, Edits(text=edit))) for edit in (None, *TEXT_EDITS)]
        nobody = np.full(DESCRIPTOR, np.nan)
        found = [self.identity.describe(picture) for picture in drawn]
        seen = Seen(
            np.stack([self.labeller.labels(picture) for picture in drawn]),
            np.stack([nobody if one is None else one for one in found]),
            np.stack([small(picture, STRIP_SIDE) for picture in drawn]),
        )
        with atomic_write(path) as part, part.open("wb") as file:
            np.savez(file, key=key, labels=seen.labels, descriptors=seen.descriptors, pictures=seen.pictures)
        return seen


def small(pixels: Pixels, side: int = SIDE) -> Pixels:
    """A picture at the size at which it is looked at."""
    return np.asarray(Image.fromarray(pixels).resize((side, side), Image.Resampling.BOX))


def key_of(inverter: Inverter) -> str:
    """What tells whether the edits are still those of before."""
    digest = hashlib.sha256()
    for edit in TEXT_EDITS:
        direction = inverter.text_editor.direction(edit.before, edit.after)
        digest.update(f"{direction.name} {edit.strength}".encode())
        for index, move in sorted(direction.moves.items()):
            digest.update(bytes([index]) + move.numpy().tobytes())
    return digest.hexdigest()


def run(photos: Mapping[str, Path], bench: Bench, docs: Path, say: Callable[[str], None]) -> None:
    """Try the pairs on photos by their names, and write the table and the strip of docs/text.md."""
    seen: list[Seen] = []
    for name, photo in photos.items():
        try:
            seen.append(bench.see(name, photo))
        except StudioError as error:
            say(f"{photo}: {error}")
        else:
            say(f"{len(seen)} of {len(photos)} photos")
            write_report(docs, bench.inverter.text_editor, seen)


def write_report(docs: Path, editor: TextEditor, seen: list[Seen]) -> None:
    """Write the strip to docs/text.jpg, and the table between the marks in docs/text.md."""
    rows = [np.concatenate(list(one.pictures), 1) for one in seen[:STRIP_PHOTOS]]
    with atomic_write(docs / "text.jpg") as part:
        Image.fromarray(np.concatenate(rows)).save(part, "JPEG", quality=STRIP_QUALITY)
    fill(docs / "text.md", table(editor, seen))


def table(editor: TextEditor, seen: list[Seen]) -> str:
    """A line for each pair."""
    labels = np.stack([one.labels for one in seen])
    faces = np.stack([one.descriptors for one in seen])
    lines = [
        f"On {len(seen)} photos:",
        "",
        "| from | to | strength | label | before / after | right way | identity distance | faces lost | channels |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for place, pair in enumerate(PAIRS, 1):
        column = LABELS.index(pair.label)
        before, after = labels[:, 0, column], labels[:, place, column]
        right = (after > before) if pair.grows else (after < before)
        distances = np.linalg.norm(faces[:, place] - faces[:, 0], axis=1)
        lost = int(np.isnan(distances).sum())
        lines.append(
            f"| {pair.before} | {pair.after} | {pair.strength:g} | {pair.label}, {'more' if pair.grows else 'less'} "
            f"| {before.mean():.2f} / {after.mean():.2f} | {right.mean():.0%} | {np.nanmean(distances):.2f} | {lost} "
            f"| {editor.direction(pair.before, pair.after).channels} |"
        )
    return "\n".join(lines)
