"""The types of the catalogue: weight files and the kinds of sources that they come from."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Hub:
    """A file in a repository of the model hub.

    The revision is a branch; the sha256 in the catalogue pins the file, so a file that has changed there is refused.
    """

    repo: str
    file: str
    repo_type: Literal["model", "space"] = "model"
    revision: str = "main"
    endpoint: str | None = None  # None: HF_ENDPOINT, or the hub's own

    @property
    def host(self) -> str:
        """Name of the host, for skipping hosts that did not answer."""
        return self.endpoint or "model hub"

    def __str__(self) -> str:
        return f"hub {'space ' if self.repo_type == 'space' else ''}{self.repo}"


@dataclass(frozen=True)
class Package:
    """An archive in a Python package index, and its members that are weights."""

    project: str
    version: str
    sha256: str  # of the archive as downloaded
    size: int  # bytes of the archive
    members: tuple[str, ...]


@dataclass(frozen=True)
class Member:
    """One file inside a package's archive."""

    package: Package
    path: str

    @property
    def host(self) -> str:
        """Name of the host, for skipping hosts that did not answer: one per package, as an index may lack just one."""
        return f"package {self.package.project}"

    def __str__(self) -> str:
        return f"package {self.package.project} {self.package.version}"


@dataclass(frozen=True)
class Drive:
    """A file that its authors share on their drive."""

    file_id: str
    host: str = "https://drive.google.com"

    def __str__(self) -> str:
        return "the authors' drive"


Source = Hub | Member | Drive


@dataclass(frozen=True)
class Weight:
    """One weight file, with its sources in order of preference."""

    name: str
    title: str
    filename: str  # in the cache and in the folders of HYPERSTYLE_WEIGHTS
    licence: str
    sources: tuple[Source, ...]
    size: int | None = None  # bytes
    sha256: str = ""  # in full, or as many first digits as are known
    by_hand: str = ""  # for a file without sources: the place that the user has to take it from

    @property
    def in_package(self) -> bool:
        """True if a Python package has the file: it is small, and downloading it needs no confirmation."""
        return any(isinstance(source, Member) for source in self.sources)

    @property
    def check(self) -> str:
        """Short text that says how the file is verified."""
        if len(self.sha256) == 64:
            return "checked by sha256"
        if self.sha256:
            return f"checked by the beginning of its sha256, {self.sha256}"
        return "checked by its size alone" if self.size is not None else "not checked: neither sum nor size is known"


class Unavailable(Exception):  # noqa: N818 -- an answer rather than an error: the next source is tried
    """Raised when a source cannot deliver; the text says why in a few words."""


class Unreachable(Unavailable):
    """Raised when the source's host does not answer, or no longer; it is not asked for other files."""
