"""Checks files against the size and sha256 in the catalogue.

Hashing a file of 1.4 GB takes seconds, so sums are cached: `checked/` in the cache folder has a note for every file
that was hashed, named after the file's inode, size and modification time. A file is hashed again only if one of these
differs. Remove `checked/` to have all files hashed again.
"""

import hashlib
import os
import re
from contextlib import suppress
from pathlib import Path

from hyperstyle.weights.folders import cache_folder
from hyperstyle.weights.weight_sources import Weight


def mismatch(weight: Weight, path: Path) -> str | None:
    """Return what is wrong with the file at `path`, in words that follow its name, or None if it is right."""
    size = path.stat().st_size
    sha256 = sha256_of(path) if weight.sha256 else ""
    if (weight.size is None or size == weight.size) and sha256.startswith(weight.sha256):
        return None
    expected = [f"{weight.size} bytes"] if weight.size is not None else []
    found = [f"{size} bytes"]
    if weight.sha256:
        expected.append(f"sha256 {weight.sha256}{'' if len(weight.sha256) == 64 else '...'}")
        found.append(f"sha256 {sha256}")
    return f"is not the expected file: {', '.join(expected)} expected, {', '.join(found)} found"


def sha256_of(path: Path) -> str:
    """Return the file's sha256 in hex, from the cache of sums if the file is unchanged."""
    with path.open("rb") as file:
        note = _note(file.fileno())
        with suppress(OSError, ValueError):
            cached = note.read_text()
            if re.fullmatch("[0-9a-f]{64}", cached):
                return cached
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        unchanged = _note(file.fileno()) == note
    if unchanged:
        with suppress(OSError):  # without the note the file is only hashed again next time
            _write(note, sha256)
    return sha256


def _note(file: int) -> Path:
    """Return the path of the note for the file with this descriptor."""
    stat = os.fstat(file)
    return cache_folder() / "checked" / f"{stat.st_ino}-{stat.st_size}-{stat.st_mtime_ns}"


def _write(note: Path, text: str) -> None:
    """Write a note atomically."""
    note.parent.mkdir(parents=True, exist_ok=True)
    fresh = note.with_name(f"{note.name}.{os.getpid()}")
    fresh.write_text(text)
    fresh.replace(note)
