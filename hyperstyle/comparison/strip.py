"""Pictures side by side: a row for each photo, a column for each method."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from hyperstyle.comparison.rows import Rows
from hyperstyle.photo.reading import read_photo

PHOTOS = 8  # rows, at most
HEAD = 24  # height of the line with the columns' titles


def strip(rows: Rows, photos: Sequence[str], columns: dict[str, str], size: tuple[int, int]) -> Image.Image:
    """Some of the photos, evenly spread, and what became of them.

    `photos` and `columns` (to their titles) are names by which `rows` keeps pictures of `size` (width, height); a
    picture that is not there leaves its place grey.
    """
    count = min(PHOTOS, len(photos))
    shown = [photos[place * len(photos) // count] for place in range(count)]
    width, height = size
    sheet = Image.new("RGB", (width * len(columns), HEAD + height * count), "lightgrey")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(14)
    for column, (name, title) in enumerate(columns.items()):
        draw.text((width * (column + 0.5), HEAD / 2), title, "black", font, anchor="mm")
        for row, photo in enumerate(shown):
            path: Path = rows.picture(photo, name)
            if path.exists():
                sheet.paste(Image.fromarray(read_photo(path).pixels), (width * column, HEAD + height * row))
    return sheet
