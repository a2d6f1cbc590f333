r"""Reading any picture that a phone or a browser gives, and refusing all others in a sentence.

The bytes come from strangers. Only the decoders named here are ever run, sizes are judged from the header before a
pixel is decoded, and the file is handed over through a stream that ends the reading when a header makes its decoder
work far more than a photo would.
"""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    ExifTags,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from hyperstyle.errors import StudioError
from hyperstyle.photo import exif as tags

MAX_BYTES = 40 * 2**20
"""Largest file: more than any phone's JPEG or HEIC."""
MAX_PIXELS = 65_000_000
"""Most pixels: phones make pictures of 12, 48, 50 and 64 megapixels."""
MIN_SIDE = 64
"""Shortest side in pixels: the smallest face that is looked for just fits in."""

_MAX_PASSES = 12 * MAX_PIXELS  # pixels times scans of a progressive JPEG: cameras and programs make about ten scans
_MAX_PIXELS_PER_BYTE = 2000  # twice what a blank PNG reaches, and no photo comes near
_MAX_TILE = 2**22  # pixels of a TIFF's tile, which is decoded whole however small the picture is
_MAX_READS = 100_000  # pieces in which a decoder may ask for a file; a photo takes some thousand
_STRIP_PIXELS = 2**20  # converted at once, so that a large picture is never held in three forms

Pixels = NDArray[np.uint8]
"""A picture [H, W, 3], RGB, 0 to 255."""


@dataclass(frozen=True, eq=False)
class Photo:
    r"""A picture turned upright, and what has to go with it when it is saved again."""

    pixels: Pixels
    """[H, W, 3], RGB, upright; what is transparent lies on white."""
    exif: bytes | None = None
    r"""With the prefix `Exif\0\0`, orientation 1 and no thumbnail."""
    icc: bytes | None = None
    """The colour profile, where it is one of RGB; the pixels are as the file has them, not converted."""


class _Format(NamedTuple):
    """A format of the whitelist."""

    start: re.Pattern[bytes]
    opener: Callable[[io.BytesIO], ImageFile.ImageFile]
    header_bytes: int
    """How much may be read before the pixels begin: the whole file where the decoder asks for it at once."""
    end: bytes = b""
    """What a file that is not cut off has behind the start of its pixels."""


def _format(
    start: bytes,
    opener: Callable[[io.BytesIO], ImageFile.ImageFile],
    header_bytes: int = MAX_BYTES + 64,
    end: bytes = b"",
) -> _Format:
    return _Format(re.compile(start, re.DOTALL), opener, header_bytes, end)


_FORMATS = (
    _format(rb"\xff\xd8\xff", JpegImagePlugin.JpegImageFile, 8 * 2**20, end=b"\xff\xd9"),
    _format(rb"\x89PNG\r\n\x1a\n", PngImagePlugin.PngImageFile, 8 * 2**20, end=b"IEND"),
    _format(rb"GIF8[79]a", GifImagePlugin.GifImageFile, 2**18),
    _format(rb"BM", BmpImagePlugin.BmpImageFile, 2**20),
    _format(rb"II\*\0|MM\0\*", TiffImagePlugin.TiffImageFile, 2**20),
    _format(rb"RIFF.{4}WEBP", WebPImagePlugin.WebPImageFile),
    _format(rb".{4}ftyp(avi[fs]|(mif1|msf1).{4}(.{4}){0,8}?avi[fs])", AvifImagePlugin.AvifImageFile),
)
_HEIF = re.compile(rb".{4}ftyp(hei[cxms]|hev[cx]|mif1|msf1)", re.DOTALL)

_DESCRIPTIONS = (
    ExifTags.Base.ImageDescription,
    ExifTags.Base.Make,
    ExifTags.Base.Model,
    ExifTags.Base.XResolution,
    ExifTags.Base.YResolution,
    ExifTags.Base.ResolutionUnit,
    ExifTags.Base.Software,
    ExifTags.Base.DateTime,
    ExifTags.Base.Artist,
    ExifTags.Base.Copyright,
)

# How the file's own rows and columns are seen in the upright picture, by the number that EXIF gives.
_AS_STORED: dict[int, Callable[[Pixels], Pixels]] = {
    1: lambda upright: upright,
    2: lambda upright: upright[:, ::-1],
    3: lambda upright: upright[::-1, ::-1],
    4: lambda upright: upright[::-1],
    5: lambda upright: upright.swapaxes(0, 1),
    6: lambda upright: upright.swapaxes(0, 1)[::-1],
    7: lambda upright: upright[::-1, ::-1].swapaxes(0, 1),
    8: lambda upright: upright.swapaxes(0, 1)[:, ::-1],
}


def read_photo(source: Path | bytes) -> Photo:
    """Read the picture in a file or in bytes; of an animation the first frame.

    JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC and AVIF, in colour, grey, palette or CMYK, 8 or 16 bits deep. Whatever
    cannot be read raises a `StudioError` that says what to do.
    """
    data = source if isinstance(source, bytes) else _file_bytes(source)
    if not data:
        raise StudioError("The file is empty: choose the photo again, or save it again where it comes from.")
    if len(data) > MAX_BYTES:
        raise StudioError(
            f"The file is larger than {MAX_BYTES // 2**20} MB: save the photo as JPEG, or make it smaller."
        )
    try:
        return _read(data)
    except StudioError:
        raise
    except Exception as error:  # a decoder may raise anything at all on bytes that were made to break it
        raise StudioError(
            "The picture is damaged or cut off: send it again, or open it in a picture program and save it as JPEG."
        ) from error


class _Metered(io.BytesIO):
    """Bytes that can only be read so much, as Python's header readers have no bounds of their own."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.allow(0)

    def allow(self, size: int) -> None:
        """Let that many bytes be read from now on."""
        self._bytes_left, self._reads_left = size, _MAX_READS

    def read(self, size: int | None = -1, /) -> bytes:
        piece = super().read(size)
        self._bytes_left -= len(piece)
        self._reads_left -= 1
        if self._bytes_left < 0 or self._reads_left < 0:
            raise StudioError(
                "The picture's file is built like no photo: open it in a picture program and save it as JPEG."
            )
        return piece


def _file_bytes(path: Path) -> bytes:
    """The bytes of a file, at most one more than is taken."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or "it cannot be opened").lower()
        raise StudioError(f"The photo {path} cannot be opened ({reason}): check the path.") from error


def _read(data: bytes) -> Photo:
    if tags.is_bloated(data):
        raise StudioError("The picture's tags claim more than its file holds: save it again without them.")
    for form in _FORMATS:
        if form.start.match(data):
            return _read_with_pillow(data, form)
    if _HEIF.match(data):
        return _read_heif(data)
    raise StudioError("This is no picture that can be read: take a JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC or AVIF file.")


def _read_with_pillow(data: bytes, form: _Format) -> Photo:
    stream = _Metered(data)
    stream.allow(form.header_bytes)
    image = form.opener(stream)
    _check_size(image.size, len(data))
    if form.end:
        _check_whole(image, data, stream.tell(), form.end)
    stream.allow(4 * len(data))  # some decoders go over parts of a file twice
    tiff_exif = _tiff_exif(image) if isinstance(image, TiffImagePlugin.TiffImageFile) else None
    image.load()
    exif = tiff_exif or image.info.get("exif")  # a PNG may have it behind the pixels
    icc = image.info.get("icc_profile")
    return _photo(lambda top, bottom: image.crop((0, top, image.width, bottom)), image.size, exif, icc)


def _read_heif(data: bytes) -> Photo:
    import pillow_heif  # brings a decoder of its own, which only such photos need

    file = pillow_heif.open_heif(data)
    image = file[file.primary_index]
    _check_size(image.size, len(data))
    stored = np.asarray(image)  # [H, W] or [H, W, channels], decoded and turned upright here
    size = (stored.shape[1], stored.shape[0])
    info: dict[str, Any] = dict(image.info)
    exif = tags.completed(info.get("exif"))
    exif = tags.upright(exif) if exif else None  # so that it is not turned again
    return _photo(lambda top, bottom: Image.fromarray(stored[top:bottom]), size, exif, info.get("icc_profile"))


def _check_size(size: tuple[int, int], file_bytes: int) -> None:
    """Refuse, from the header alone, what is too large to decode or too small to use."""
    width, height = size
    if width * height > MAX_PIXELS:
        raise StudioError(
            f"The picture has {width} x {height} pixels, more than {MAX_PIXELS // 10**6} megapixels: make it smaller."
        )
    if min(width, height) < MIN_SIDE:
        raise StudioError(f"The picture has {width} x {height} pixels: take one with at least {MIN_SIDE} on each side.")
    if width * height > _MAX_PIXELS_PER_BYTE * file_bytes:
        raise StudioError(f"The file is too small for a photo of {width} x {height} pixels: take another one.")


def _check_whole(image: Image.Image, data: bytes, pixels_at: int, end: bytes) -> None:
    """Refuse what is cut off, or has very many passes, before its pixels are decoded and not after."""
    ends_at = data.find(end, pixels_at)
    if ends_at < 0:
        raise StudioError("The picture is cut off: send or copy it again, until the end this time.")
    if image.format == "JPEG" and image.width * image.height * data.count(b"\xff\xda", 0, ends_at) > _MAX_PASSES:
        raise StudioError("The JPEG is stored in too many passes: open it in a picture program and save it again.")


def _photo(
    strip: Callable[[int, int], Image.Image], size: tuple[int, int], exif: bytes | None, icc: bytes | None
) -> Photo:
    """Turn a decoded picture upright and into RGB, strip by strip.

    `strip` gives the rows from one number to another, in the order in which they are stored.
    """
    width, height = size
    exif = tags.completed(exif)
    orientation = tags.orientation(exif) if exif else 1
    pixels = np.empty((width, height, 3) if orientation > 4 else (height, width, 3), np.uint8)
    stored = _AS_STORED[orientation](pixels)
    rows = max(1, _STRIP_PIXELS // width)
    for top in range(0, height, rows):
        stored[top : top + rows] = _rgb(strip(top, min(top + rows, height)))
    return Photo(pixels, tags.upright(exif) if exif else None, icc if icc and icc[16:20] == b"RGB " else None)


def _rgb(strip: Image.Image) -> Pixels:
    """RGB [H, W, 3] of an image of any mode, laid over white where it is transparent."""
    if strip.mode.startswith("I;16"):  # Pillow would clip
        grey = (np.asarray(strip) >> 8).astype(np.uint8)
        return np.repeat(grey[..., None], 3, axis=2)
    if strip.mode in ("I", "F"):
        raise StudioError("The picture has more than 16 bits a pixel: save it with 8 bits, as PNG or JPEG.")
    if strip.has_transparency_data:
        white = Image.new("RGBA", strip.size, "white")
        strip = Image.alpha_composite(white, strip.convert("RGBA"))
    return np.asarray(strip.convert("RGB"))


def _tiff_exif(image: TiffImagePlugin.TiffImageFile) -> bytes | None:
    """EXIF made of a TIFF's own tags, of those that describe the photo and not the file.

    The orientation is not among them, as Pillow turns a TIFF upright by itself.
    """
    if image.tag_v2.get(TiffImagePlugin.TILEWIDTH, 0) * image.tag_v2.get(TiffImagePlugin.TILELENGTH, 0) > _MAX_TILE:
        raise StudioError("The TIFF is stored in huge tiles: open it in a picture program and save it as JPEG.")
    found, kept = image.getexif(), Image.Exif()
    for tag in _DESCRIPTIONS:
        if tag in found:
            kept[tag] = found[tag]
    for directory in (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo):
        if entries := found.get_ifd(directory):
            kept[directory] = dict(entries)
    return kept.tobytes() if kept else None
