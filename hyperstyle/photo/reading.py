"""Reading pictures of all formats that phones and browsers produce, as upright RGB arrays."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hyperstyle.errors import StudioError
from hyperstyle.photo import exif as tags
from hyperstyle.photo.formats import MAX_BYTES, DecodedImage, JpegCoding, decode

Pixels = NDArray[np.uint8]
"""A picture [H, W, 3], RGB, 0 to 255."""

_STRIP_PIXELS = 2**20  # pixels converted at once, so that a large picture is never in memory three times

# EXIF orientation -> function that views the upright picture as the file stores its rows and columns.
_STORED_VIEW: dict[int, Callable[[Pixels], Pixels]] = {
    1: lambda upright: upright,
    2: lambda upright: upright[:, ::-1],
    3: lambda upright: upright[::-1, ::-1],
    4: lambda upright: upright[::-1],
    5: lambda upright: upright.swapaxes(0, 1),
    6: lambda upright: upright.swapaxes(0, 1)[::-1],
    7: lambda upright: upright[::-1, ::-1].swapaxes(0, 1),
    8: lambda upright: upright.swapaxes(0, 1)[:, ::-1],
}


@dataclass(frozen=True, eq=False)
class Photo:
    """A picture, and the metadata to save with it."""

    pixels: Pixels
    """The picture [H, W, 3], RGB, upright, on white where it was transparent."""
    exif: bytes | None = None
    r"""EXIF with the prefix `Exif\0\0`, orientation 1 and no thumbnail."""
    icc: bytes | None = None
    """ICC profile, if it is for RGB; the pixels are not converted by it."""
    jpeg: JpegCoding | None = None
    """Compression of the file, if it was a JPEG."""


def read_photo(source: Path | bytes) -> Photo:
    """Read the picture in a file, or in the bytes of one; of an animation the first frame.

    Supported are JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC and AVIF in RGB, greyscale, palette or CMYK, with 8 or 16 bits
    per channel, within the limits of `formats`. Anything else raises a `StudioError` that says what to do.
    """
    data = source if isinstance(source, bytes) else _file_bytes(source)
    if not data:
        raise StudioError("The file is empty: choose another copy of the photo.")
    if len(data) > MAX_BYTES:
        raise StudioError(
            f"The file is larger than {MAX_BYTES // 2**20} MB: save the photo as JPEG, or make it smaller."
        )
    try:
        return _upright(decode(data))
    except StudioError:
        raise
    except Exception as error:  # a decoder may raise anything at all on bytes that were made to break it
        raise StudioError(
            "The picture is damaged or incomplete: use another copy, or save it as JPEG in an image editor."
        ) from error


def _file_bytes(path: Path) -> bytes:
    """Return the bytes of a file, at most MAX_BYTES + 1."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or "it cannot be opened").lower()
        raise StudioError(f"The photo {path} cannot be opened ({reason}): check the path.") from error


def _upright(image: DecodedImage) -> Photo:
    """Rotate a decoded picture upright and convert it to RGB, strip by strip."""
    width, height, exif, icc = image.width, image.height, image.exif, image.icc
    orientation = tags.orientation(exif) if exif else 1
    pixels = np.empty((width, height, 3) if orientation > 4 else (height, width, 3), np.uint8)
    rows = _STORED_VIEW[orientation](pixels)
    step = max(1, _STRIP_PIXELS // width)
    for top in range(0, height, step):
        rows[top : top + step] = _rgb(image.rows(top, min(top + step, height)))
    return Photo(
        pixels,
        tags.without_orientation(exif) if exif else None,
        icc if icc and icc[16:20] == b"RGB " else None,
        image.jpeg,
    )


def _rgb(strip: Image.Image) -> Pixels:
    """Return an image of any mode as RGB [H, W, 3], on white where it is transparent."""
    if strip.mode.startswith("I;16"):  # Pillow would clip the values to 255
        grey = (np.asarray(strip) >> 8).astype(np.uint8)
        return np.repeat(grey[..., None], 3, axis=2)
    if strip.mode in ("I", "F"):
        raise StudioError("The picture has more than 16 bits a pixel: save it with 8 bits, as PNG or JPEG.")
    if strip.has_transparency_data:
        white = Image.new("RGBA", strip.size, "white")
        strip = Image.alpha_composite(white, strip.convert("RGBA"))
    return np.asarray(strip.convert("RGB"))
