r"""What has to be known of EXIF: which way is up, whether it is safe to read, and how to write it back.

EXIF is the six bytes `Exif\0\0` and a small TIFF file: a header, then directories of 12-byte entries, each a tag, a
type, a count, and the value or the place of it. Changing two numbers in place keeps all the rest byte for byte, maker
notes included, which reading and writing all tags would not.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

PREFIX = b"Exif\0\0"

_BYTE_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}
_TYPE_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8}
_UNSIGNED = {1: "B", 3: "H", 4: "I"}
_ORIENTATION = 0x0112
_FURTHER_DIRECTORIES = {0x8769, 0x8825, 0xA005}  # camera settings, place, interoperability
_MAX_SEEN = 10_000  # directories and entries; photos have some hundred


class _Entry(NamedTuple):
    """One tag of a directory; `at` is where the four bytes of its value, or of the value's place, are."""

    tag: int
    kind: int
    length: int
    at: int


def completed(exif: bytes | None) -> bytes | None:
    """EXIF with its prefix, as every writer wants it; None where there is none or it is no EXIF."""
    if not exif:
        return None
    exif = exif if exif.startswith(PREFIX) else PREFIX + exif
    return exif if exif[6:10] in _BYTE_ORDERS else None


def orientation(exif: bytes) -> int:
    """The number 1 to 8 that says how the stored rows and columns lie; 1, upright, where nothing is said."""
    place = _orientation_place(exif)
    value = struct.unpack_from(place[0], exif, place[1])[0] if place else 1
    return value if 1 <= value <= 8 else 1


def upright(exif: bytes) -> bytes:
    """The same EXIF for pixels that have been turned upright, without the thumbnail of the old picture."""
    changed = bytearray(exif)
    if place := _orientation_place(exif):
        struct.pack_into(place[0], changed, place[1], 1)
    order, directory = _first_directory(exif, len(PREFIX))
    try:
        (count,) = struct.unpack_from(order + "H", exif, directory)
        struct.pack_into(order + "I", changed, directory + 2 + 12 * count, 0)  # the next directory is the thumbnail's
    except struct.error:
        pass  # cut off behind its entries: no thumbnail either
    return bytes(changed)


def is_bloated(data: bytes) -> bool:
    """Whether a file holds a tag directory that claims more bytes than the whole file has.

    Entries may point at the same bytes over and over, so that 60 kB of tags unfold to hundreds of megabytes in a
    reader that trusts them. Every place that starts like a TIFF header is looked at, wherever the format keeps it.
    """
    seen = 0
    for start in _tiff_headers(data):
        order, directory = _first_directory(data, start)
        directories, claimed = [directory], 0
        for directory in directories:
            seen += 1
            for entry in _entries(data, order, directory):
                seen += 1
                claimed += entry.length * _TYPE_SIZES.get(entry.kind, 0)
                if claimed > len(data) or seen > _MAX_SEEN:
                    return True
                if entry.tag in _FURTHER_DIRECTORIES:
                    directories.append(start + struct.unpack_from(order + "I", data, entry.at)[0])
        if seen > _MAX_SEEN:
            return True
    return False


def _orientation_place(exif: bytes) -> tuple[str, int] | None:
    """Format and place of the orientation's number."""
    order, directory = _first_directory(exif, len(PREFIX))
    for entry in _entries(exif, order, directory):
        if entry.tag == _ORIENTATION and entry.kind in _UNSIGNED:
            return order + _UNSIGNED[entry.kind], entry.at
    return None


def _tiff_headers(data: bytes) -> Iterator[int]:
    for magic in _BYTE_ORDERS:
        start = data.find(magic)
        while start >= 0:
            yield start
            start = data.find(magic, start + 1)


def _first_directory(data: bytes, start: int) -> tuple[str, int]:
    """Byte order and place of the first directory of the TIFF header at `start`."""
    order = _BYTE_ORDERS[data[start : start + 4]]
    offset = data[start + 4 : start + 8]
    return order, start + (struct.unpack(order + "I", offset)[0] if len(offset) == 4 else len(data))


def _entries(data: bytes, order: str, directory: int) -> Iterator[_Entry]:
    """The entries of the directory at a place, as far as the data goes."""
    counted = data[directory : directory + 2]
    count = struct.unpack(order + "H", counted)[0] if len(counted) == 2 else 0
    for at in range(directory + 2, min(directory + 2 + 12 * count, len(data) - 11), 12):
        tag, kind, values = struct.unpack_from(order + "HHI", data, at)
        yield _Entry(tag, kind, values, at + 8)
