"""Files that are there whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

from hyperstyle.errors import StudioError


def made_folder(folder: Path) -> Path:
    """The folder, made where it is not there yet."""
    with _told(folder):
        folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
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
    with written_whole(path) as part:
        part.write_text(text, encoding="utf-8")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = (error.strerror or "it cannot be written").lower()
        raise StudioError(f"{path} cannot be written ({reason}): choose another folder, or make room there.") from error
