"""The table and the strips of docs/paste.md."""

from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean, median

import numpy as np
from PIL import Image

from hyperstyle.editing.edits import Edits
from hyperstyle.files import atomic_write, ensure_dir
from hyperstyle.photo.alignment import align
from hyperstyle.photo.pasting import paste_back
from hyperstyle.photo.reading import Pixels, read_photo
from hyperstyle.training.core.doc_sections import write_section
from hyperstyle.training.pasting.large_photos import EDITED, LargeMeasurement, measure_large_photos
from hyperstyle.training.pasting.measure_pasting import SEEN, TRIED, Arrival, PasteBench, PasteMeasurement

STRIPS = ("smile", "age", "hair-light")
STRIP_PHOTOS = 2
SIDE, QUALITY = 320, 82  # of a picture in a strip, and of its file


def write_report(docs: Path, bench: PasteBench, photos: Sequence[Path], say: Callable[[str], None]) -> None:
    """Measure all photos, then write the table, and strips of the first photos."""
    rows = []
    for row in bench.rows(photos):
        rows.append(row)
        say(f"{row.portrait} {row.direction}: {row.whole.changed:.1%} -> {row.carried.changed:.1%} of pixels")
    folder = ensure_dir(docs / "paste")
    for name in STRIPS:
        with atomic_write(folder / f"{name}.webp") as part:
            Image.fromarray(strip(bench, name, photos[:STRIP_PHOTOS])).save(part, "WEBP", quality=QUALITY, method=6)
    write_section(docs / "paste.md", table(rows))
    large = []
    for one in measure_large_photos(bench.inverter, photos):
        large.append(one)
        say(f"12.6 megapixels, {one.direction}: {one.seconds:.2f} s, {one.megabytes:.0f} MB")
    write_section(docs / "paste.md", large_table(large), "large")


def table(rows: Sequence[PasteMeasurement]) -> str:
    """A line for every edit, and the strips."""
    lines = [
        f"Measured on {len({row.portrait for row in rows})} portraits that were not trained on. Each cell: the whole "
        "picture pasted / the change alone.\n",
        f"| edit | pixels that differ by more than {SEEN}/255 | at most | label: photo, then generator's picture "
        "| label in the photo | identity distance (reconstruction) | seam |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, amount in TRIED.items():
        mine = [row for row in rows if row.direction == name]
        whole, carried = [row.whole for row in mine], [row.carried for row in mine]
        reconstruction = [row.reconstruction for row in mine if row.reconstruction is not None]
        lines.append(
            f"| `{name}` {amount:+g} | {both(whole, carried, 'changed', '.1%')} "
            f"| {max(one.changed for one in whole):.0%} / {max(one.changed for one in carried):.0%} "
            f"| {mean(row.before for row in mine):.2f}, {mean(row.full for row in mine):.2f} "
            f"| {both(whole, carried, 'label', '.2f')} "
            f"| {both(whole, carried, 'identity', '.2f')} ({mean(reconstruction):.2f}) "
            f"| {both(whole, carried, 'seam', '.2f')} |"
        )
    smiles = [row for row in rows if row.direction == "smile"]
    full = [row for row in smiles if row.full > 0]
    said = sum(row.carried.label > 0 for row in full)
    lines.append(f"\nOf {len(full)} portraits that smile in the generator's picture, {said} do in the photo too.\n")
    about = "photo, the whole picture pasted, the change alone"
    lines += [f"**`{name}` {TRIED[name]:+g}**: {about}\n\n![{name}](paste/{name}.webp)\n" for name in STRIPS]
    return "\n".join(lines)


def large_table(rows: Sequence[LargeMeasurement]) -> str:
    """A line for every edit of large photos."""
    lines = [
        f"| edit of {len(rows) // len(EDITED)} photos | seconds, median and at most | megabytes at most "
        f"| pixels that differ by more than {SEEN}/255, mean and at most | seam | pixels that differ unedited |",
        "|---|---|---|---|---|---|",
    ]
    for name in EDITED:
        mine = [row for row in rows if row.direction == name]
        seconds, changed = [row.seconds for row in mine], [row.changed for row in mine]
        lines.append(
            f"| `{name}` {TRIED[name]:+g} | {median(seconds):.2f}, {max(seconds):.2f} "
            f"| {max(row.megabytes for row in mine):.0f} | {mean(changed):.1%}, {max(changed):.1%} "
            f"| {mean(row.seam for row in mine):.2f} | {max(row.unedited for row in mine)} |"
        )
    return "\n".join(lines)


def both(whole: Sequence[Arrival], carried: Sequence[Arrival], name: str, form: str) -> str:
    """The means of a measurement for both ways, without the faces that were not found."""
    means = (mean(value for one in way if (value := getattr(one, name)) is not None) for way in (whole, carried))
    return " / ".join(f"{value:{form}}" for value in means)


def strip(bench: PasteBench, name: str, photos: Sequence[Path]) -> Pixels:
    """A row for every photo: itself, the whole picture pasted, the change alone; cropped to the face."""
    rows = []
    for path in photos:
        photo, inversion, edits = read_photo(path), bench.inversion(path), Edits({name: TRIED[name]})
        whole = paste_back(photo.pixels, bench.inverter.draw(inversion, edits), inversion.quad)
        pictures = (photo.pixels, whole, bench.inverter.paste_pixels(photo, inversion, edits))
        rows.append(np.concatenate([align(picture, inversion.quad, SIDE, SIDE) for picture in pictures], axis=1))
    return np.concatenate(rows, axis=0)
