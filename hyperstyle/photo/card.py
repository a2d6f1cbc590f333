"""A card: a photo and what became of it, side by side, with a line of text."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from hyperstyle.photo.reading import Pixels

SIDE = 600  # pixels: the larger side of each picture on a card for posting
MARGIN, FOOT = 16, 64  # around the pictures, and the height of the line below them
PAPER, INK = (250, 249, 247), (40, 38, 36)


def card(before: Pixels, after: Pixels, title: str, side: int = SIDE) -> Pixels:
    """Return two pictures [H, W, 3], shrunk to `side` at most, beside each other above a title, as RGB pixels."""
    pictures = [Image.fromarray(pixels) for pixels in (before, after)]
    for picture in pictures:
        picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    width = sum(picture.width + MARGIN for picture in pictures) + MARGIN
    height = max(picture.height for picture in pictures) + MARGIN + FOOT
    sheet = Image.new("RGB", (width, height), PAPER)
    left = MARGIN
    for picture in pictures:
        sheet.paste(picture, (left, MARGIN))
        left += picture.width + MARGIN
    _write(sheet, title)
    return np.asarray(sheet)


def _write(sheet: Image.Image, title: str) -> None:
    """Write the title into the foot, as large as fits."""
    draw, size = ImageDraw.Draw(sheet), FOOT * 0.45
    while (font := ImageFont.load_default(size)).getlength(title) > sheet.width - 2 * MARGIN and size > 8:
        size *= 0.9
    draw.text((sheet.width / 2, sheet.height - FOOT / 2), title, INK, font, anchor="mm")
