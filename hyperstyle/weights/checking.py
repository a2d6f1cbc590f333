"""Whether a file is the one the table means.

Hashing a file of 1.4 GB takes seconds, so a sum is remembered: `checked/` in the cache keeps, for every path, the
file's size, time of change and sha256, and the file is read again only when size or time differ. A file that is
changed without either goes unnoticed; removing `checked/` makes every file be read again.
"""

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from hyperstyle.weights.folders import cache_folder
from hyperstyle.weights.sources import Weight


def misfit(weight: Weight, path: Path) -> str | None:
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
    whole = path.resolve()
    note = cache_folder() / "checked" / f"{path.name}.{hashlib.sha256(os.fsencode(whole)).hexdigest()[:16]}"
    with path.open("rb") as file:
        state = _state(file.fileno())
        with suppress(OSError, ValueError):
            *known, sha256 = note.read_text().split()
            if known == state:
                return sha256
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        changing = _state(file.fileno()) != state
    if not changing:
        with suppress(OSError):  # a cache that cannot be written only costs the next reading
            _write(note, " ".join([*state, sha256]))
    return sha256


def _state(file: int) -> list[str]:
    stat = os.fstat(file)
    return [str(stat.st_size), str(stat.st_mtime_ns)]


def _write(note: Path, text: str) -> None:
    note.parent.mkdir(parents=True, exist_ok=True)
    fresh = note.with_name(f"{note.name}.{os.getpid()}")
    fresh.write_text(text)
    fresh.replace(note)
