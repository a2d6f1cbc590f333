"""Pictures as data URIs in the page, so that no visitor's picture is written to disk."""

import base64
import io

import numpy as np
from PIL import Image

from hyperstyle.photo.reading import Pixels

TILE = 256
"""Longer side of the pictures in a strip, in pixels."""
SCREEN = 900
"""Longer side of the photo in the face picker, in pixels."""


def jpeg(pixels: Pixels, side: int | None = None, quality: int = 90) -> bytes:
    """Encode a picture [H, W, 3] as JPEG, its longer side at most `side` pixels."""
    image = Image.fromarray(pixels)
    if side:
        image.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=3.0)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return file.getvalue()


def decoded(picture: bytes, side: int | None = None) -> Pixels:
    """Decode a JPEG or WebP: [H, W, 3], RGB, uint8, the longer side at most `side`."""
    with Image.open(io.BytesIO(picture)) as image:
        if side:
            image.draft("RGB", (side, side))
            image.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=3.0)
        return np.asarray(image.convert("RGB"))


def shrunk(picture: bytes, side: int = TILE) -> bytes:
    """Shrink a JPEG or WebP; a JPEG whose longer side is at most `side` pixels."""
    return jpeg(decoded(picture, side), quality=85)


def uri(picture: bytes) -> str:
    """Return the data URI of a JPEG or WebP."""
    kind = "webp" if picture[8:12] == b"WEBP" else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode()}"
