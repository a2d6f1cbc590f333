r"""Reading the orientation in EXIF, checking EXIF for size attacks, and resetting the orientation.

EXIF is the six bytes `Exif\0\0` and a small TIFF file: a header, then directories (IFDs) of 12-byte entries, each a
tag, a type, a count, and the value or its offset. Two numbers are changed in place, so that all other bytes stay as
they are, maker notes included; reading and writing all tags would change those.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

PREFIX = b"Exif\0\0"

_BYTE_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}
_TYPE_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8}
_UNSIGNED = {1: "B", 3: "H", 4: "I"}
_ORIENTATION = 0x0112
_SUB_DIRECTORIES = {0x8769, 0x8825, 0xA005}  # tags that point to the Exif, GPS and interoperability directories
_MAX_CHECKED = 10_000  # directories and entries; photos have some hundred


class _Entry(NamedTuple):
    """One entry of a directory."""

    tag: int
    type: int
    n_values: int
    offset: int
    """Offset of the entry's last four bytes, which hold the value or the value's own offset."""


def with_prefix(exif: bytes | None) -> bytes | None:
    r"""Return EXIF with its prefix `Exif\0\0`, which every writer expects; None where the bytes are not EXIF."""
    if not exif:
        return None
    exif = exif if exif.startswith(PREFIX) else PREFIX + exif
    return exif if exif[6:10] in _BYTE_ORDERS else None


def orientation(exif: bytes) -> int:
    """Return the orientation tag, 1 to 8; 1 (upright) where it is missing or invalid."""
    found = _find_orientation(exif)
    value = struct.unpack_from(found[0], exif, found[1])[0] if found else 1
    return value if 1 <= value <= 8 else 1


def without_orientation(exif: bytes) -> bytes:
    """Return EXIF with orientation 1 and no thumbnail, for pixels that have been rotated upright."""
    changed = bytearray(exif)
    if found := _find_orientation(exif):
        struct.pack_into(found[0], changed, found[1], 1)
    order, directory = _first_directory(exif, len(PREFIX))
    try:
        (count,) = struct.unpack_from(order + "H", exif, directory)
        struct.pack_into(order + "I", changed, directory + 2 + 12 * count, 0)  # the next directory is the thumbnail's
    except struct.error:
        pass  # the EXIF ends after its entries: there is no thumbnail
    return bytes(changed)


def is_bloated(data: bytes) -> bool:
    """Return True if a file holds tag directories that claim more bytes than the whole file has.

    Many entries may point at the same bytes, so that 60 kB of tags expand to hundreds of megabytes in a reader that
    trusts them. Everything that looks like a TIFF header is checked, in any file format.
    """
    checked = 0
    for start in _tiff_headers(data):
        order, directory = _first_directory(data, start)
        directories, claimed = [directory], 0
        for directory in directories:
            checked += 1
            for entry in _entries(data, order, directory):
                checked += 1
                claimed += entry.n_values * _TYPE_SIZES.get(entry.type, 0)
                if claimed > len(data) or checked > _MAX_CHECKED:
                    return True
                if entry.tag in _SUB_DIRECTORIES:
                    directories.append(start + struct.unpack_from(order + "I", data, entry.offset)[0])
        if checked > _MAX_CHECKED:
            return True
    return False


def _find_orientation(exif: bytes) -> tuple[str, int] | None:
    """Return the `struct` format and the offset of the orientation's value; None where there is none."""
    order, directory = _first_directory(exif, len(PREFIX))
    for entry in _entries(exif, order, directory):
        if entry.tag == _ORIENTATION and entry.type in _UNSIGNED:
            return order + _UNSIGNED[entry.type], entry.offset
    return None


def _tiff_headers(data: bytes) -> Iterator[int]:
    """Yield the offset of everything that looks like a TIFF header."""
    for magic in _BYTE_ORDERS:
        start = data.find(magic)
        while start >= 0:
            yield start
            start = data.find(magic, start + 1)


def _first_directory(data: bytes, start: int) -> tuple[str, int]:
    """Return the byte order of the TIFF header at `start`, and the offset of its first directory in the data."""
    order = _BYTE_ORDERS[data[start : start + 4]]
    offset = data[start + 4 : start + 8]
    return order, start + (struct.unpack(order + "I", offset)[0] if len(offset) == 4 else len(data))


def _entries(data: bytes, order: str, directory: int) -> Iterator[_Entry]:
    """Yield the entries of the directory at an offset, as far as the data goes."""
    length = data[directory : directory + 2]
    entries = struct.unpack(order + "H", length)[0] if len(length) == 2 else 0
    for start in range(directory + 2, min(directory + 2 + 12 * entries, len(data) - 11), 12):
        tag, kind, n_values = struct.unpack_from(order + "HHI", data, start)
        yield _Entry(tag, kind, n_values, start + 8)
