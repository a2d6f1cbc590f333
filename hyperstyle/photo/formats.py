r"""The formats that are decoded, and what is checked of a file before its pixels are.

The bytes come from strangers. Only the decoders named here are ever run, sizes are judged from the header alone, and
the file is handed over through a stream that ends the reading when a header makes its decoder work far more than a
photo would.
"""

import io
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
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

_MAX_PIXELS_PER_BYTE = 2000  # twice what a blank PNG reaches, and no photo comes near
_MAX_READS = 100_000  # pieces in which a decoder may ask for a file; a photo takes some thousand
_MAX_PASSES = 12 * MAX_PIXELS  # pixels times scans of a progressive JPEG: cameras and programs make about ten scans
_MAX_MARKERS = 1000  # of a JPEG behind its first scan
_MAX_TILE = 2**22  # pixels of a TIFF's tile, which is decoded whole however small the picture is


class Stored(NamedTuple):
    """A decoded picture as its file has it."""

    strip: Callable[[int, int], Image.Image]
    """The rows from one number to another, in any of Pillow's modes."""
    width: int
    height: int
    exif: bytes | None
    r"""With the prefix `Exif\0\0`; its orientation says how the rows lie."""
    icc: bytes | None


def decode(data: bytes) -> Stored:
    """Decode a file of a known format, or refuse it with a `StudioError`; other errors mean that it is damaged."""
    if tags.is_bloated(data):
        raise StudioError("The picture's tags claim more than its file holds: save it again without them.")
    for form in _FORMATS:
        if form.start.match(data):
            return _decode_with_pillow(data, form)
    if _HEIF.match(data):
        return _decode_heif(data)
    raise StudioError("This is no picture that can be read: take a JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC or AVIF file.")


class _Metered(io.BytesIO):
    """Bytes that can only be read so much, as header readers written in Python have no bounds of their own."""

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


class _Format(NamedTuple):
    """A format that Pillow decodes."""

    start: re.Pattern[bytes]
    opener: Callable[[io.BytesIO], ImageFile.ImageFile]
    header_bytes: int
    """How much may be read before the pixels begin: the whole file where the decoder asks for it at once."""
    check: Callable[[Any, bytes, int], None]
    """Refuses what would take long to decode or fail only then: an image just opened, its file, how far it was read."""


def _decode_with_pillow(data: bytes, form: _Format) -> Stored:
    stream = _Metered(data)
    stream.allow(form.header_bytes)
    image = form.opener(stream)
    _check_size(image.size, data)
    form.check(image, data, stream.tell())
    stream.allow(4 * len(data))  # some decoders go over parts of a file twice
    tiff_exif = _tiff_exif(image) if isinstance(image, TiffImagePlugin.TiffImageFile) else None
    image.load()
    exif = tiff_exif or image.info.get("exif")  # asked for now, as a PNG may have it behind the pixels
    return Stored(
        lambda top, bottom: image.crop((0, top, image.width, bottom)),
        *image.size,
        tags.completed(exif),
        image.info.get("icc_profile"),
    )


def _decode_heif(data: bytes) -> Stored:
    import pillow_heif  # brings a decoder of its own, which only such photos need

    file = pillow_heif.open_heif(data)
    image = file[file.primary_index]
    _check_size(image.size, data)
    rows = np.asarray(image)  # [H, W] or [H, W, channels], decoded and turned upright here
    info: dict[str, Any] = dict(image.info)
    exif = tags.completed(info.get("exif"))
    return Stored(
        lambda top, bottom: Image.fromarray(rows[top:bottom]),
        rows.shape[1],
        rows.shape[0],
        tags.upright(exif) if exif else None,  # so that it is not turned again
        info.get("icc_profile"),
    )


def _check_size(size: tuple[int, int], data: bytes) -> None:
    """Refuse, from the header alone, what is too large to decode or too small to use."""
    width, height = size
    if width * height > MAX_PIXELS:
        raise StudioError(
            f"The picture has {width} x {height} pixels, more than {MAX_PIXELS // 10**6} megapixels: make it smaller."
        )
    if min(width, height) < MIN_SIDE:
        raise StudioError(f"The picture has {width} x {height} pixels: take one with at least {MIN_SIDE} on each side.")
    if width * height > _MAX_PIXELS_PER_BYTE * len(data):
        raise StudioError(f"The file is too small for a photo of {width} x {height} pixels: take another one.")


def _check_jpeg(image: JpegImagePlugin.JpegImageFile, data: bytes, place: int) -> None:
    """Go through the markers behind the first scan: to the end of the picture, and not over very many scans."""
    passes = 1
    for _ in range(_MAX_MARKERS):
        marker = _JPEG_MARKER.search(data, place)
        if marker is None:
            raise _cut_off()
        if marker[0] == b"\xff\xd9":
            break
        passes += marker[0] == b"\xff\xda"
        place = marker.end() + int.from_bytes(data[marker.end() : marker.end() + 2])
    else:
        passes = _MAX_PASSES
    if image.width * image.height * passes > _MAX_PASSES:
        raise StudioError("The JPEG is stored in too many passes: open it in a picture program and save it again.")


def _check_png(_image: PngImagePlugin.PngImageFile, data: bytes, place: int) -> None:
    if data.find(b"IEND", place) < 0:
        raise _cut_off()


def _check_tiff(image: TiffImagePlugin.TiffImageFile, _data: bytes, _place: int) -> None:
    if image.tag_v2.get(TiffImagePlugin.TILEWIDTH, 0) * image.tag_v2.get(TiffImagePlugin.TILELENGTH, 0) > _MAX_TILE:
        raise StudioError("The TIFF is stored in huge tiles: open it in a picture program and save it as JPEG.")


def _check_nothing(_image: ImageFile.ImageFile, _data: bytes, _place: int) -> None:
    """What is cut off is found out early by itself in the other formats."""


def _cut_off() -> StudioError:
    return StudioError("The picture is cut off: send or copy it again, until the end this time.")


def _tiff_exif(image: TiffImagePlugin.TiffImageFile) -> bytes | None:
    """EXIF made of a TIFF's own tags, of those that describe the photo and not the file.

    The orientation is not among them, as Pillow turns a TIFF upright by itself.
    """
    found, kept = image.getexif(), Image.Exif()
    for tag in _DESCRIPTIONS:
        if tag in found:
            kept[tag] = found[tag]
    for directory in (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo):
        if entries := found.get_ifd(directory):
            kept[directory] = dict(entries)
    return kept.tobytes() if kept else None


_FORMATS = (
    _Format(re.compile(rb"\xff\xd8\xff"), JpegImagePlugin.JpegImageFile, 8 * 2**20, _check_jpeg),
    _Format(re.compile(rb"\x89PNG\r\n\x1a\n"), PngImagePlugin.PngImageFile, 8 * 2**20, _check_png),
    _Format(re.compile(rb"GIF8[79]a"), GifImagePlugin.GifImageFile, 2**18, _check_nothing),
    _Format(re.compile(rb"BM"), BmpImagePlugin.BmpImageFile, 2**20, _check_nothing),
    _Format(re.compile(rb"II\*\0|MM\0\*"), TiffImagePlugin.TiffImageFile, 2**20, _check_tiff),
    _Format(re.compile(rb"(?s)RIFF.{4}WEBP"), WebPImagePlugin.WebPImageFile, 2 * MAX_BYTES, _check_nothing),
    _Format(
        re.compile(rb"(?s).{4}ftyp(avi[fs]|(mif1|msf1).{4}(.{4}){0,8}?avi[fs])"),
        AvifImagePlugin.AvifImageFile,
        2 * MAX_BYTES,
        _check_nothing,
    ),
)
_HEIF = re.compile(rb"(?s).{4}ftyp(hei[cxms]|hev[cx]|mif1|msf1)")
_JPEG_MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd7\xff]")  # all but filling and those that belong to a scan's data

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
