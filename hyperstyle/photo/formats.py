r"""The image formats that are read, and the checks before a file is decoded.

The bytes are untrusted. Only the decoders listed here ever run, the size is checked from the header alone, and the
decoder reads from a stream that raises an error once it has read far more than a photo needs.
"""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
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
"""Largest file in bytes: more than any phone's JPEG or HEIC."""
MAX_PIXELS = 65_000_000
"""Largest picture in pixels: phones make pictures of 12, 48, 50 and 64 megapixels."""
MIN_SIDE = 64
"""Smallest width and height in pixels: just enough for the smallest face that is searched for."""

_MAX_PIXELS_PER_BYTE = 2000  # twice that of a blank PNG; photos have far fewer
_MAX_READS = 100_000  # read calls of a decoder; a photo takes some thousand
_MAX_SCANNED_PIXELS = 12 * MAX_PIXELS  # pixels * scans of a progressive JPEG, which has about ten scans
_MAX_MARKERS = 1000  # of a JPEG after its first scan
_MAX_TILE = 2**22  # pixels of a TIFF's tile, which is always decoded whole


class DecodedImage(NamedTuple):
    """A decoded picture, not yet rotated by its EXIF orientation nor converted to RGB."""

    rows: Callable[[int, int], Image.Image]
    """Returns the rows from one index up to another, in any of Pillow's modes."""
    width: int
    height: int
    exif: bytes | None
    r"""EXIF with the prefix `Exif\0\0`; its orientation has not been applied to the rows."""
    icc: bytes | None
    jpeg: "JpegCoding | None" = None
    """Set for an RGB JPEG."""


@dataclass(frozen=True)
class JpegCoding:
    """The compression of a JPEG, with which another picture can be saved."""

    tables: tuple[tuple[int, ...], ...]
    """Quantization tables of 64 numbers, in the order of their indices."""
    subsampling: int
    """Chroma subsampling as Pillow numbers it: 0 is none."""


def decode(data: bytes) -> DecodedImage:
    """Decode a file of a known format, or refuse it with a `StudioError`; other errors mean that it is damaged."""
    if tags.is_bloated(data):
        raise StudioError("The picture's tags claim more than the file holds: save it again without them.")
    for image_format in _FORMATS:
        if image_format.signature.match(data):
            return _decode_with_pillow(data, image_format)
    if _HEIF.match(data):
        return _decode_heif(data)
    raise StudioError("This file is not a picture that can be read: use JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC or AVIF.")


class _BoundedReader(io.BytesIO):
    """A stream with a read budget; Pillow's header parsers, written in Python, have no limits of their own."""

    def set_budget(self, size: int) -> None:
        """Allow that many more bytes, in at most `_MAX_READS` calls; reading beyond that raises a `StudioError`."""
        self._bytes_left, self._reads_left = size, _MAX_READS

    def read(self, size: int | None = -1, /) -> bytes:
        piece = super().read(size)
        self._bytes_left -= len(piece)
        self._reads_left -= 1
        if self._bytes_left < 0 or self._reads_left < 0:
            raise StudioError("The file is not built like a photo: save it as JPEG in an image editor.")
        return piece


class _Format(NamedTuple):
    """A format that Pillow decodes."""

    signature: re.Pattern[bytes]
    """Matches the first bytes of such files."""
    opener: Callable[[io.BytesIO], ImageFile.ImageFile]
    header_bytes: int
    """Bytes that may be read before the pixels; more than a whole file where the decoder reads it at once."""
    check: Callable[[Any, bytes, int], None]
    """Refuses what would decode slowly or fail late, given the opened image, its file, and the offset read so far."""


def _decode_with_pillow(data: bytes, image_format: _Format) -> DecodedImage:
    stream = _BoundedReader(data)
    stream.set_budget(image_format.header_bytes)
    image = image_format.opener(stream)
    _check_size(image.size, data)
    image_format.check(image, data, stream.tell())
    stream.set_budget(4 * len(data))  # some decoders read parts of a file twice
    tiff_exif = _tiff_exif(image) if isinstance(image, TiffImagePlugin.TiffImageFile) else None
    image.load()
    exif = tiff_exif or image.info.get("exif")  # only now, because a PNG may have it after the pixels
    return DecodedImage(
        lambda top, bottom: image.crop((0, top, image.width, bottom)),
        *image.size,
        tags.with_prefix(exif),
        image.info.get("icc_profile"),
        _jpeg_coding(image) if isinstance(image, JpegImagePlugin.JpegImageFile) else None,
    )


def _jpeg_coding(image: JpegImagePlugin.JpegImageFile) -> JpegCoding | None:
    """Return how a JPEG is coded; None for what is not RGB, or is subsampled in a way that Pillow does not write."""
    subsampling = JpegImagePlugin.get_sampling(image)
    if image.mode != "RGB" or subsampling < 0:
        return None
    return JpegCoding(tuple(tuple(image.quantization[index]) for index in sorted(image.quantization)), subsampling)


def _decode_heif(data: bytes) -> DecodedImage:
    import pillow_heif  # loads a decoder of its own, which other formats do not need

    file = pillow_heif.open_heif(data)
    image = file[file.primary_index]
    _check_size(image.size, data)
    rows = np.asarray(image)  # [H, W] or [H, W, channels], decoded and rotated upright here
    info: dict[str, Any] = dict(image.info)
    exif = tags.with_prefix(info.get("exif"))
    return DecodedImage(
        lambda top, bottom: Image.fromarray(rows[top:bottom]),
        rows.shape[1],
        rows.shape[0],
        tags.without_orientation(exif) if exif else None,  # so that it is not rotated twice
        info.get("icc_profile"),
    )


def _check_size(size: tuple[int, int], data: bytes) -> None:
    """Raise a `StudioError` for a picture of a size (width, height) that is too large to decode or too small to use."""
    width, height = size
    if width * height > MAX_PIXELS:
        raise StudioError(
            f"The picture has {width} x {height} pixels, more than {MAX_PIXELS // 10**6} megapixels: make it smaller."
        )
    if min(width, height) < MIN_SIDE:
        raise StudioError(f"The picture has {width} x {height} pixels: use one with at least {MIN_SIDE} on each side.")
    if width * height > _MAX_PIXELS_PER_BYTE * len(data):
        raise StudioError(f"The file is too small for a photo of {width} x {height} pixels: use another copy.")


def _check_jpeg(image: JpegImagePlugin.JpegImageFile, data: bytes, offset: int) -> None:
    """Refuse a JPEG without an end marker or with too many scans, by its markers after the first scan."""
    scans = 1
    for _ in range(_MAX_MARKERS):
        marker = _JPEG_MARKER.search(data, offset)
        if marker is None:
            raise _truncated()
        if marker[0] == b"\xff\xd9":
            break
        scans += marker[0] == b"\xff\xda"
        offset = marker.end() + int.from_bytes(data[marker.end() : marker.end() + 2])
    else:
        scans = _MAX_SCANNED_PIXELS
    if image.width * image.height * scans > _MAX_SCANNED_PIXELS:
        raise StudioError("The JPEG is stored in too many passes: save it again in an image editor.")


def _check_png(_image: PngImagePlugin.PngImageFile, data: bytes, offset: int) -> None:
    if data.find(b"IEND", offset) < 0:
        raise _truncated()


def _check_tiff(image: TiffImagePlugin.TiffImageFile, _data: bytes, _offset: int) -> None:
    if image.tag_v2.get(TiffImagePlugin.TILEWIDTH, 0) * image.tag_v2.get(TiffImagePlugin.TILELENGTH, 0) > _MAX_TILE:
        raise StudioError("The TIFF is stored in huge tiles: save it as JPEG in an image editor.")


def _check_nothing(_image: ImageFile.ImageFile, _data: bytes, _offset: int) -> None:
    """Accept the file: decoders of these formats notice truncated files early by themselves."""


def _truncated() -> StudioError:
    return StudioError("The picture is incomplete: copy or upload it again.")


def _tiff_exif(image: TiffImagePlugin.TiffImageFile) -> bytes | None:
    """Return EXIF with those of a TIFF's tags that describe the photo and not the file.

    The orientation is left out, because Pillow rotates a TIFF upright by itself.
    """
    found, kept = image.getexif(), Image.Exif()
    for tag in _DESCRIPTIVE_TAGS:
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
_JPEG_MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd7\xff]")  # all but fill bytes and the markers inside a scan's data

_DESCRIPTIVE_TAGS = (
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
