"""Photos on disk or in buckets that pyarrow can read (`s3://`, `gs://`, `abfss://`, `hdfs://`, `file://`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from hyperstyle.errors import StudioError
from hyperstyle.files import file_fingerprint
from hyperstyle.photo.formats import MAX_BYTES
from hyperstyle.photo.reading import Photo, read_photo

HOW_TO_INSTALL = 'install them with `python -m pip install "ray[data]"`, the extra `ray` of this program'
PYARROW_ERRORS = (OSError, ValueError, NotImplementedError)
"""Exceptions that pyarrow raises for wrong or unreachable addresses."""


@dataclass(frozen=True)
class PhotoSource:
    """Place of a photo, as plain strings that can be sent to any machine."""

    photo: str
    """Path or address, for reports."""
    fingerprint: str
    """Path, size and modification time: they differ if the file has changed."""
    path: str
    bucket: str = ""
    """Address of the file system that `path` is in; empty for a path on disk."""

    def __str__(self) -> str:
        return self.photo

    def read(self) -> Photo:
        """Read the photo; raise a `StudioError` where that fails."""
        if not self.bucket:
            return read_photo(Path(self.path))
        from pyarrow.fs import FileSystem

        try:
            system, _ = FileSystem.from_uri(self.bucket)
            with system.open_input_stream(self.path) as stream:
                data: bytes = stream.read(MAX_BYTES + 1)
        except PYARROW_ERRORS as error:
            raise StudioError(
                f"{self.photo} cannot be fetched ({reason_of(error)}): run the command again to retry."
            ) from error
        return read_photo(data)


def photo_on_disk(path: Path) -> PhotoSource:
    """Return the source of a photo file, which need not exist."""
    return PhotoSource(str(path), " ".join(map(str, file_fingerprint(path))), str(path.absolute()))


def photos_in_bucket(address: str, suffixes: Sequence[str]) -> list[PhotoSource]:
    """List the photo at an address, or the files with these suffixes that lie directly in a folder there."""
    try:
        from pyarrow.fs import FileSelector, FileSystem, FileType
    except ImportError as error:
        raise StudioError(f"{address} needs more packages: {HOW_TO_INSTALL}.") from error
    try:
        system, path = FileSystem.from_uri(address)
        found = system.get_file_info([path])
        if found[0].type != FileType.File:
            found = [info for info in system.get_file_info(FileSelector(path)) if info.type == FileType.File]
            found = [info for info in found if info.path.lower().endswith(tuple(suffixes))]
    except PYARROW_ERRORS as error:
        reason = reason_of(error)
        raise StudioError(f"{address} cannot be listed ({reason}): check the address and your access to it.") from error
    scheme = urlsplit(address).scheme
    return [
        PhotoSource(f"{scheme}://{info.path}", f"{info.path} {info.size} {info.mtime_ns}", info.path, address)
        for info in sorted(found, key=lambda info: str(info.path))
    ]


def reason_of(error: Exception) -> str:
    """Return the first line of an exception's message, to be put into a sentence."""
    return str(error).strip().split("\n")[0].rstrip(".") or type(error).__name__
