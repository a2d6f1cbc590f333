"""The tables and strips of docs/styles.md."""

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
from hyperstyle.training.core.doc_sections import write_section
from hyperstyle.training.styles.measure_styles import EDITS, FULL, MILD, StyleBench, StyleMeasurement, teacher_picture

STRIP_PHOTOS = 3
SIDE, QUALITY = 192, 80  # side of a picture in a strip, and WebP quality

AMOUNTS = (MILD, DEFAULT_STYLE_AMOUNT, FULL)


def write_report(
    docs: Path, bench: StyleBench, photos: Sequence[Path], styles: Sequence[BundledStyle], log: Callable[[str], None]
) -> None:
    """Measure all styles on all photos, then write the tables and the strips of the first photos."""
    rows = []
    for row in bench.rows(photos, styles):
        rows.append(row)
        log(f"{row.portrait} {row.style}: LPIPS {row.photo_lpips:.3f} -> {row.lpips[str(FULL)]:.3f}, {row.identity}")
    ensure_dir(docs / "styles")
    for style in styles:
        save_strip(docs / "styles" / f"{style.name}.webp", strip(bench, style, photos[:STRIP_PHOTOS]))
    page = docs / "styles.md"
    write_section(page, table(rows, styles))
    write_section(page, tuned_table(), "tuned")


def tuned_table() -> str:
    """Return the Markdown table of published fine-tuned generators."""
    lines = ["| style | title | source | licence | sha256 | layers |", "|---|---|---|---|---|---|"]
    for name in FINE_TUNED_STYLES:
        style = FineTunedStyle(name)
        weight = style.weight
        layers = ", ".join(map(str, style.layers))
        sources, known = "; ".join(map(str, weight.sources)), f"{weight.sha256}..." if weight.sha256 else "not known"
        lines.append(f"| `{name}` | {style.title} | {sources} | {weight.licence} | {known} | {layers} |")
    return "\n".join(lines) + "\n"


def table(rows: Sequence[StyleMeasurement], styles: Sequence[BundledStyle]) -> str:
    """Return the Markdown table of bundled styles, and their strips."""
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
            f"| {mean(edits['smile']):+.1f} ({grown(edits['smile'])}) "
            f"| {mean(edits['age']):+.0f} years ({grown(edits['age'])}) "
            f"| {style.path.stat().st_size / 1e6:.1f} MB |"
        )
    strips = [f"**{style.title}**\n\n![{style.title}](styles/{style.name}.webp)\n" for style in styles]
    return "\n".join((*lines, "", *strips))


def identity(rows: Sequence[StyleMeasurement], amount: float) -> str:
    """Format the mean identity distance over the pictures with a face, and the number of those without."""
    found = [distance for row in rows if (distance := row.identity[str(amount)]) is not None]
    lost = len(rows) - len(found)
    return (f"{mean(found):.2f}" if found else "-") + (f" ({lost})" if lost else "")


def grown(moves: Sequence[float]) -> str:
    """Format the number of portraits on which a label grew."""
    return f"{sum(move > 0 for move in moves)} of {len(moves)}"


def strip(bench: StyleBench, style: BundledStyle, photos: Sequence[Path]) -> Pixels:
    """Draw a row per photo: the photo, three amounts of style, smiling, older, and the teacher's picture."""
    rows = []
    for path in photos:
        crop, inversion = bench.crop_and_inversion(path)
        row = [
            crop.pixels(1024, 1024),
            *(bench.render(inversion, style, amount) for amount in AMOUNTS),
            *(bench.render(inversion, style, DEFAULT_STYLE_AMOUNT, {name: amount}) for name, amount in EDITS.items()),
            to_pixels(teacher_picture(style, crop)[0]),
        ]
        rows.append(np.concatenate([resized(picture) for picture in row], axis=1))
    return np.concatenate(rows, axis=0)


def resized(picture: Pixels) -> Pixels:
    """Resize a square picture for a strip."""
    return np.asarray(Image.fromarray(picture).resize((SIDE, SIDE), Image.Resampling.LANCZOS))


def save_strip(path: Path, picture: Pixels) -> None:
    """Write a strip as WebP."""
    with atomic_write(path) as part:
        Image.fromarray(picture).save(part, "WEBP", quality=QUALITY, method=6)
