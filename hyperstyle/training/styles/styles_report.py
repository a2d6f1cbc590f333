"""The table and the strips of docs/styles.md."""

from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean

import numpy as np
from PIL import Image

from hyperstyle.domain_table import FINE_TUNED_STYLES
from hyperstyle.editing.edits import DEFAULT_STYLE_AMOUNT
from hyperstyle.editing.styles import BundledStyle, FineTunedStyle
from hyperstyle.files import atomic_write, ensure_dir
from hyperstyle.photo.reading import Pixels
from hyperstyle.photo.tensors import to_pixels
from hyperstyle.training.core.doc_sections import fill
from hyperstyle.training.styles.measure_styles import EDITS, FULL, MILD, Bench, Row, taught

STRIP_PHOTOS = 3
SIDE, QUALITY = 192, 80  # of a picture in a strip, and of its file

AMOUNTS = (MILD, DEFAULT_STYLE_AMOUNT, FULL)


def report(
    docs: Path, bench: Bench, photos: Sequence[Path], styles: Sequence[BundledStyle], say: Callable[[str], None]
) -> None:
    """Measure all styles on all photos, then write the table, and strips of the first photos."""
    rows = []
    for row in bench.rows(photos, styles):
        rows.append(row)
        say(f"{row.portrait} {row.style}: LPIPS {row.photo_lpips:.3f} -> {row.lpips[str(FULL)]:.3f}, {row.identity}")
    ensure_dir(docs / "styles")
    for style in styles:
        save(docs / "styles" / f"{style.name}.webp", strip(bench, style, photos[:STRIP_PHOTOS]))
    page = docs / "styles.md"
    fill(page, table(rows, styles))
    fill(page, tuned_table(), "tuned")


def tuned_table() -> str:
    """A line for every generator that others fine-tuned."""
    lines = ["| style | title | source | licence | sha256 | layers |", "|---|---|---|---|---|---|"]
    for name in FINE_TUNED_STYLES:
        style = FineTunedStyle(name)
        weight = style.weight
        layers = ", ".join(map(str, style.layers))
        sources, known = "; ".join(map(str, weight.sources)), f"{weight.sha256}..." if weight.sha256 else "not known"
        lines.append(f"| `{name}` | {style.title} | {sources} | {weight.licence} | {known} | {layers} |")
    return "\n".join(lines) + "\n"


def table(rows: Sequence[Row], styles: Sequence[BundledStyle]) -> str:
    """A line for every style, and its strip."""
    lines = [
        f"Measured on {len({row.portrait for row in rows})} portraits that nothing was trained on.\n",
        "| style | LPIPS to the teacher's version: photo / more me / middle / more style | nearer than the photo by "
        "| identity distance: more me / middle / more style (no face found) | seconds a picture "
        f"| smile +{EDITS['smile']:g} | age +{EDITS['age']:g} | file |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for style in styles:
        mine = [row for row in rows if row.style == style.name]
        photo = mean(row.photo_lpips for row in mine)
        near = [mean(row.lpips[str(amount)] for row in mine) for amount in AMOUNTS]
        edits = {name: [row.edits[name] for row in mine] for name in EDITS}
        lines.append(
            f"| {style.title} (`{style.name}`) | {photo:.3f} / {' / '.join(f'{value:.3f}' for value in near)} "
            f"| {1 - near[-1] / photo:.0%} | {' / '.join(identity(mine, a) for a in AMOUNTS)} "
            f"| {mean(row.seconds for row in mine):.2f} "
            f"| {mean(edits['smile']):+.1f} ({share(edits['smile'])}) "
            f"| {mean(edits['age']):+.0f} years ({share(edits['age'])}) "
            f"| {style.path.stat().st_size / 1e6:.1f} MB |"
        )
    strips = [f"**{style.title}**\n\n![{style.title}](styles/{style.name}.webp)\n" for style in styles]
    return "\n".join((*lines, "", *strips))


def identity(rows: Sequence[Row], amount: float) -> str:
    """The mean distance to the photo over the pictures in which a face is found, and how many have none."""
    found = [distance for row in rows if (distance := row.identity[str(amount)]) is not None]
    lost = len(rows) - len(found)
    return (f"{mean(found):.2f}" if found else "-") + (f" ({lost})" if lost else "")


def share(moves: Sequence[float]) -> str:
    """On how many portraits a label grew."""
    return f"{sum(move > 0 for move in moves)} of {len(moves)}"


def strip(bench: Bench, style: BundledStyle, photos: Sequence[Path]) -> Pixels:
    """A row for every photo: itself, more me, middle, more style, smiling, older, and the teacher's version."""
    rows = []
    for path in photos:
        crop, inversion = bench.inverted(path)
        row = [
            crop.pixels(1024, 1024),
            *(bench.drawn(inversion, style, amount) for amount in AMOUNTS),
            *(bench.drawn(inversion, style, DEFAULT_STYLE_AMOUNT, {name: amount}) for name, amount in EDITS.items()),
            to_pixels(taught(style, crop)[0]),
        ]
        rows.append(np.concatenate([small(picture) for picture in row], axis=1))
    return np.concatenate(rows, axis=0)


def small(picture: Pixels) -> Pixels:
    """A square picture as a strip has it."""
    return np.asarray(Image.fromarray(picture).resize((SIDE, SIDE), Image.Resampling.LANCZOS))


def save(path: Path, picture: Pixels) -> None:
    """Write a strip as WebP."""
    with atomic_write(path) as part:
        Image.fromarray(picture).save(part, "WEBP", quality=QUALITY, method=6)
