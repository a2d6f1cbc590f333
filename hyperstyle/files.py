"""Files that are there whole or not at all, and what tells whether one has changed."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import Any

from hyperstyle.errors import StudioError

Origin = Mapping[str, Any]
"""All that a result depends on, as JSON keeps it; a result of another origin is made anew."""


def ensure_dir(folder: Path) -> Path:
    """The folder, made where it is not there yet."""
    with _told(folder):
        folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """A path to write to: it takes the name `path` when the block ends well, and is dropped when it does not.

    What cannot be written raises a `StudioError`.
    """
    # Not the process's number, which other machines give too: they may share the folder.
    part = path.with_name(f"{path.name}.{token_hex(4)}.part")
    with _told(path):
        try:
            yield part
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text file, whole."""
    with atomic_write(path) as part:
        part.write_text(text, encoding="utf-8")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = (error.strerror or "it cannot be written").lower()
        raise StudioError(f"{path} cannot be written ({reason}): choose another folder, or make room there.") from error


def file_fingerprint(path: Path) -> list[str | int]:
    """What tells whether a file is still the one it was: its path, size and time of change."""
    try:
        state = path.stat()
    except OSError:
        return [str(path)]
    return [str(path.resolve()), state.st_size, state.st_mtime_ns]
