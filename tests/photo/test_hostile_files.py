"""Files made to break a reader are refused in a sentence, in less than a second and 200 MB.

Each is read in a process of its own, which measures itself: see `measured_reading.py`.
"""

import io
import json
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from hyperstyle.errors import StudioError
from hyperstyle.photo.reading import read_photo

_MEGABYTE = 2**20
_HERE = Path(__file__)


def encoded(kind: str, size: tuple[int, int] = (320, 320), **options: Any) -> bytes:
    file = io.BytesIO()
    grain = np.random.default_rng(0).integers(0, 256, (320, 320, 3), dtype=np.uint8)
    Image.fromarray(grain).resize(size, Image.Resampling.NEAREST).save(file, kind, **options)
    return file.getvalue()


def chunk(name: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, *chunks: bytes, pixels: bytes = b"") -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    body = b"".join(chunks) + chunk(b"IDAT", zlib.compress(pixels))
    return b"\x89PNG\r\n\x1a\n" + header + body + chunk(b"IEND")


def with_segments(jpeg: bytes, segments: bytes) -> bytes:
    return jpeg[:2] + segments + jpeg[2:]


def segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def jpeg_of_many_scans() -> bytes:
    jpeg = encoded("JPEG", (8000, 8000), progressive=True, quality=5)
    last = jpeg[jpeg.rfind(b"\xff\xda") : -2]
    hidden_end = segment(0xFE, b"\xff\xd9")  # no end of the picture, as it lies in a comment
    return jpeg[:-2] + hidden_end + last[:200] * 500 + jpeg[-2:]


def tags_that_overlap(count: int, size: int) -> bytes:
    """A TIFF of `size` bytes with `count` tags, each of which claims all the bytes behind the directory."""
    begin = 10 + 12 * count
    entries = (struct.pack("<HHII", tag + 1, 7, size - begin, begin) for tag in range(count))
    return (b"II*\0" + struct.pack("<IH", 8, count) + b"".join(entries)).ljust(size, b"\0")


def tiff(width: int, height: int, *tags: tuple[int, int, int, int | bytes], compression: int = 1) -> bytes:
    """A TIFF's directory; a tag is (number, type, count, value), its value stored behind where it is bytes."""
    colour = ((258, 3, 3, bytes((8, 0, 8, 0, 8, 0))), (259, 3, 1, compression), (262, 3, 1, 2), (277, 3, 1, 3))
    entries = sorted([(256, 4, 1, width), (257, 4, 1, height), *colour, *tags], key=lambda entry: entry[0])
    place = 8 + 2 + 12 * len(entries) + 4
    directory, behind = struct.pack("<H", len(entries)), b""
    for number, kind, count, value in entries:
        at = place + len(behind)
        directory += struct.pack("<HHII", number, kind, count, at if isinstance(value, bytes) else value)
        behind += value if isinstance(value, bytes) else b""
    return b"II*\0" + struct.pack("<I", 8) + directory + bytes(4) + behind


def gif(width: int, height: int, *blocks: bytes, frame: tuple[int, int] | None = None) -> bytes:
    header = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes((0, 0, 0, 255, 255, 255))
    picture = b"," + struct.pack("<HHHHB", 0, 0, *(frame or (width, height)), 0) + b"\x08\x02\x44\x01\0"
    return header + b"".join(blocks) + picture + b";"


def webp_of_canvas(width: int, height: int) -> bytes:
    """An animation of two small frames on a canvas of any size."""
    webp = bytearray(encoded("WEBP", (64, 64), save_all=True, append_images=[Image.new("RGB", (64, 64))]))
    webp[24:30] = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return bytes(webp)


def bmp(width: int, height: int, bits: int = 24, compression: int = 0, data: bytes = b"") -> bytes:
    palette = bytes(range(1, 5)) * 256 if bits == 8 else b""
    begin = 54 + len(palette)
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, len(data), 0, 0, 256, 0)
    return b"BM" + struct.pack("<IHHI", begin + len(data), 0, 0, begin) + header + palette + data


_TILED = ((322, 4, 1, 16000), (323, 4, 1, 16000), (324, 4, 1, 400), (325, 4, 1, 100))

_FILLING = bytes(40_000)  # so that the file is not too small for the pixels it claims
_UNFOLDS_TO_A_MEGABYTE = zlib.compress(bytes(_MEGABYTE))

HOSTILE: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "text": lambda: b"This is no photo. " * 1000,
    "jpeg one pixel wide": lambda: encoded("JPEG", (1, 60000)),
    "jpeg cut off": lambda: encoded("JPEG", (8000, 6000))[:-100_000],
    "jpeg of fill bytes": lambda: with_segments(encoded("JPEG"), b"\xff" * 30 * _MEGABYTE),
    "jpeg of empty segments": lambda: with_segments(encoded("JPEG"), segment(0xE5, b"") * 8_000_000),
    "jpeg of much EXIF": lambda: with_segments(encoded("JPEG"), segment(0xE1, b"Exif\0\0".ljust(65000)) * 500),
    "jpeg of overlapping tags": lambda: with_segments(
        encoded("JPEG"), segment(0xE1, b"Exif\0\0" + tags_that_overlap(4000, 65000))
    ),
    "jpeg of many scans": jpeg_of_many_scans,
    "jpeg of empty segments behind the pixels": lambda: encoded("JPEG")[:-2] + segment(0xE5, b"") * 8_000_000,
    "jpeg of nothing but headers of tags": lambda: encoded("JPEG") + b"II*\0" * 9_000_000,
    "png of 2.5 gigapixels": lambda: png(50_000, 50_000, pixels=bytes(10 * _MEGABYTE)),
    "png of the largest size": lambda: png(2**31 - 1, 2**31 - 1),
    "png without its pixels": lambda: png(8000, 6000, pixels=bytes(_MEGABYTE)) + _FILLING,
    "png cut off": lambda: encoded("PNG", (4000, 3000))[:-100],
    "png of a long text": lambda: png(100, 100, chunk(b"tEXt", b"a\0" + b"x" * 30 * _MEGABYTE)),
    "png of texts that unfold": lambda: png(
        100, 100, *(chunk(b"zTXt", b"%d\0\0" % i + _UNFOLDS_TO_A_MEGABYTE) for i in range(200))
    ),
    "png of a profile that unfolds": lambda: png(
        100, 100, chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(200 * _MEGABYTE), 1))
    ),
    "png of empty chunks": lambda: png(100, 100, chunk(b"prVt") * 3_000_000),
    "png of empty pieces": lambda: encoded("PNG")[:-12] + chunk(b"IDAT") * 3_000_000 + chunk(b"IEND"),
    "png of overlapping tags": lambda: png(100, 100, chunk(b"eXIf", tags_that_overlap(60_000, 10 * _MEGABYTE))),
    "webp of overlapping tags": lambda: (
        encoded("WEBP", exif=b"Exif\0\0" + bytes(10)) + tags_that_overlap(60_000, 10 * _MEGABYTE)
    ),
    "webp of 268 megapixels": lambda: webp_of_canvas(16383, 16383),
    "webp of 64 megapixels in a kilobyte": lambda: webp_of_canvas(8000, 8000),
    "webp cut off": lambda: encoded("WEBP", (1500, 1000), lossless=True)[:-10_000],
    "gif of 4 gigapixels": lambda: gif(65535, 65535),
    "gif of a larger frame": lambda: gif(64, 64, frame=(60000, 60000)),
    "gif without its pixels": lambda: gif(8000, 8000) + _FILLING,
    "gif of a long comment": lambda: gif(64, 64, b"!\xfe", (b"\xff" + b"c" * 255) * 120_000, b"\0"),
    "gif of empty extensions": lambda: gif(64, 64, b"!\x01\x01a\0" * 6_000_000),
    "bmp of 3.6 gigapixels": lambda: bmp(60000, 60000),
    "bmp without its pixels": lambda: bmp(8000, 8000) + _FILLING,
    "bmp of runs of one pixel": lambda: bmp(8000, 8000, 8, 1, b"\1\5" * 15_000_000),
    "tiff of 3.6 gigapixels": lambda: tiff(60000, 60000, (273, 4, 1, 8), (278, 4, 1, 60000), (279, 4, 1, 100)),
    "tiff without its pixels": lambda: tiff(8000, 8000, (273, 4, 1, 8), (278, 4, 1, 8000), (279, 4, 1, 100)) + _FILLING,
    "tiff of huge tiles": lambda: tiff(1000, 1000, *_TILED) + bytes(1000),
    "tiff of huge tiles, packed": lambda: tiff(1000, 1000, *_TILED, compression=5) + bytes(1000),
    "tiff of many strips": lambda: tiff(
        1000, 1000, (273, 4, 9_000_000, bytes(36_000_000)), (278, 4, 1, 1), (279, 4, 1, 100)
    ),
    "tiff of many short strips": lambda: tiff(
        1000, 1000, (273, 3, 450_000, bytes(900_000)), (278, 4, 1, 1), (279, 4, 1, 9)
    ),
    "tiff of overlapping tags": lambda: tags_that_overlap(30_000, 20 * _MEGABYTE),
    "tiff cut off": lambda: encoded("TIFF", (4000, 3000), compression="tiff_lzw")[:-100_000],
    "avif cut off": lambda: encoded("AVIF")[:-1000],
    "heic of overlapping tags": lambda: (
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + tags_that_overlap(60_000, 10 * _MEGABYTE)
    ),
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What became of each hostile file."""
    folder = tmp_path_factory.mktemp("hostile")
    for name, make in HOSTILE.items():
        (folder / name).write_bytes(make())
    command = [sys.executable, "-m", "tests.photo.measured_reading", *(str(folder / name) for name in HOSTILE)]
    run = subprocess.run(command, cwd=_HERE.parents[2], capture_output=True, text=True, check=True, timeout=120)
    assert "Traceback" not in run.stderr
    for file in folder.iterdir():
        file.unlink()
    return json.loads(run.stdout)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file(outcomes: dict[str, dict[str, Any]], name: str) -> None:
    outcome = outcomes[name]
    assert outcome["outcome"].startswith("refused: ")
    assert outcome["outcome"].count("\n") == 0
    assert outcome["seconds"] < 1
    assert outcome["megabytes"] < 200  # the interpreter and its libraries included


def test_damage_anywhere_is_refused_or_read_but_never_an_error_of_another_kind() -> None:
    """Files with some bytes changed, most of them near their beginning, where the structure is."""
    random = np.random.default_rng(0)
    for kind in ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "AVIF"):
        whole = encoded(kind, (96, 96))
        for attempt in range(40):
            data = bytearray(whole)
            reach = len(data) if attempt % 2 else min(len(data), 400)
            for place in random.integers(0, reach, random.integers(1, 12)):
                data[place] = random.integers(256)
            try:
                pixels = read_photo(bytes(data)).pixels
            except StudioError:
                continue
            assert pixels.ndim == 3
            assert pixels.shape[2] == 3
