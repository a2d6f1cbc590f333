"""Atomic writes, folders, and fingerprints that change when a file changes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import Any

from hyperstyle.errors import StudioError

Origin = Mapping[str, Any]
"""JSON description of everything that a result depends on; a saved result is reused only if its origin is equal."""


def ensure_dir(folder: Path) -> Path:
    """Create a folder if it does not exist, and return it."""
    with _os_errors_as_studio_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Yield a temporary path, which is renamed to `path` when the block succeeds and deleted when it fails.

    If the file cannot be written, a `StudioError` is raised.
    """
    # A random suffix and no process id, because other machines may share the folder.
    part = path.with_name(f"{path.name}.{token_hex(4)}.part")
    with _os_errors_as_studio_errors(path):
        try:
            yield part
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text file atomically, in UTF-8."""
    with atomic_write(path) as part:
        part.write_text(text, encoding="utf-8")


@contextmanager
def _os_errors_as_studio_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = (error.strerror or "it cannot be written").lower()
        raise StudioError(f"{path} cannot be written ({reason}): choose another folder, or make room there.") from error


def file_fingerprint(path: Path) -> list[str | int]:
    """Return path, size and modification time of a file, which differ when the file has changed."""
    try:
        state = path.stat()
    except OSError:
        return [str(path)]
    return [str(path.resolve()), state.st_size, state.st_mtime_ns]
