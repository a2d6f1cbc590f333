"""Whether a file is the one the table means.

Hashing a file of 1.4 GB takes seconds, so a sum is remembered: `checked/` in the cache has a note for every file that
was read, named after the file's number on its disk, its size and its time of change, and a file is read again only
when one of these differs. A file that is changed without any of them goes unnoticed; removing `checked/` makes every
file be read again.
"""

import hashlib
import os
import re
from contextlib import suppress
from pathlib import Path

from hyperstyle.weights.folders import cache_folder
from hyperstyle.weights.weight_sources import Weight


def mismatch(weight: Weight, path: Path) -> str | None:
    """What is wrong with the file at `path`, in words that follow its name; None where it is the right one."""
    size = path.stat().st_size
    sha256 = sha256_of(path) if weight.sha256 else ""
    if (weight.size is None or size == weight.size) and sha256.startswith(weight.sha256):
        return None
    expected = [f"{weight.size} bytes"] if weight.size is not None else []
    came = [f"{size} bytes"]
    if weight.sha256:
        expected.append(f"sha256 {weight.sha256}{'' if len(weight.sha256) == 64 else '...'}")
        came.append(f"sha256 {sha256}")
    return f"is not the expected file: {', '.join(expected)} expected, {', '.join(came)} found"


def sha256_of(path: Path) -> str:
    """The file's sha256 in hex, remembered as the module says."""
    with path.open("rb") as file:
        note = _note(file.fileno())
        with suppress(OSError, ValueError):
            remembered = note.read_text()
            if re.fullmatch("[0-9a-f]{64}", remembered):
                return remembered
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        unchanged = _note(file.fileno()) == note
    if unchanged:
        with suppress(OSError):  # a cache that cannot be written only costs the next reading
            _write(note, sha256)
    return sha256


def _note(file: int) -> Path:
    stat = os.fstat(file)
    return cache_folder() / "checked" / f"{stat.st_ino}-{stat.st_size}-{stat.st_mtime_ns}"


def _write(note: Path, text: str) -> None:
    note.parent.mkdir(parents=True, exist_ok=True)
    fresh = note.with_name(f"{note.name}.{os.getpid()}")
    fresh.write_text(text)
    fresh.replace(note)
