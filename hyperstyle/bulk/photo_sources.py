"""Where photos lie: in folders, or in buckets that pyarrow knows (`s3://`, `gs://`, `abfss://`, `hdfs://`, `file://`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from hyperstyle.errors import StudioError
from hyperstyle.files import file_fingerprint
from hyperstyle.photo.formats import MAX_BYTES
from hyperstyle.photo.reading import Photo, read_photo

HOW_TO_INSTALL = '`python -m pip install "ray[data]"`, the extra `ray` of this program, brings them'
REFUSALS = (OSError, ValueError, NotImplementedError)
"""What pyarrow raises where an address is wrong, or nobody answers there."""


@dataclass(frozen=True)
class PhotoSource:
    """A photo that is to be inverted, in words that go to any machine."""

    photo: str
    """What it is called in reports."""
    identity: str
    """What tells whether it is still the one it was."""
    path: str
    bucket: str = ""
    """The address through which the path is reached; empty where the path is on disk."""

    def __str__(self) -> str:
        return self.photo

    def read(self) -> Photo:
        """The photo; a `StudioError` where it cannot be read."""
        if not self.bucket:
            return read_photo(Path(self.path))
        from pyarrow.fs import FileSystem

        try:
            system, _ = FileSystem.from_uri(self.bucket)
            with system.open_input_stream(self.path) as stream:
                data: bytes = stream.read(MAX_BYTES + 1)
        except REFUSALS as error:
            raise StudioError(
                f"{self.photo} cannot be fetched ({reason_of(error)}): start again, and it is tried again."
            ) from error
        return read_photo(data)


def on_disk(path: Path) -> PhotoSource:
    """The photo in a file, which need not be there."""
    return PhotoSource(str(path), " ".join(map(str, file_fingerprint(path))), str(path.absolute()))


def in_bucket(address: str, suffixes: Sequence[str]) -> list[PhotoSource]:
    """The photo at an address, or those that lie directly in a folder there, by the endings of their names."""
    try:
        from pyarrow.fs import FileSelector, FileSystem, FileType
    except ImportError as error:
        raise StudioError(f"{address} takes packages of its own: {HOW_TO_INSTALL}.") from error
    try:
        system, path = FileSystem.from_uri(address)
        found = system.get_file_info([path])
        if found[0].type != FileType.File:
            found = [info for info in system.get_file_info(FileSelector(path)) if info.type == FileType.File]
            found = [info for info in found if info.path.lower().endswith(tuple(suffixes))]
    except REFUSALS as error:
        reason = reason_of(error)
        raise StudioError(f"{address} cannot be listed ({reason}): check the address and your access to it.") from error
    scheme = urlsplit(address).scheme
    return [
        PhotoSource(f"{scheme}://{info.path}", f"{info.path} {info.size} {info.mtime_ns}", info.path, address)
        for info in sorted(found, key=lambda info: str(info.path))
    ]


def reason_of(error: Exception) -> str:
    """What a library has to say, as far as it fits into a sentence."""
    return str(error).strip().split("\n")[0].rstrip(".") or type(error).__name__
