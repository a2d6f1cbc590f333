"""A strip of pictures to compare methods by eye: a line for each photo, a column for each method."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from hyperstyle.comparison.rows import RowStore
from hyperstyle.photo.reading import read_photo

MAX_PHOTOS = 8
HEAD = 24  # height of the columns' titles, in pixels


def strip(store: RowStore, photos: Sequence[str], columns: dict[str, str], size: tuple[int, int]) -> Image.Image:
    """Draw at most `MAX_PHOTOS` of the photos, evenly spaced, with the pictures that methods made of them.

    `columns` maps methods' names to titles; pictures in `store` have `size` (width, height). Missing ones stay grey.
    """
    count = min(MAX_PHOTOS, len(photos))
    shown = [photos[place * len(photos) // count] for place in range(count)]
    width, height = size
    sheet = Image.new("RGB", (width * len(columns), HEAD + height * count), "lightgrey")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(14)
    for column, (name, title) in enumerate(columns.items()):
        draw.text((width * (column + 0.5), HEAD / 2), title, "black", font, anchor="mm")
        for row, photo in enumerate(shown):
            path: Path = store.picture_path(photo, name)
            if path.exists():
                sheet.paste(Image.fromarray(read_photo(path).pixels), (width * column, HEAD + height * row))
    return sheet
