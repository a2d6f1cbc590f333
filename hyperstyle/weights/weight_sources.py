"""What a weight file is, and the kinds of places that one comes from."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Hub:
    """A file in a repository of the model hub.

    The revision is the branch: no commit of these repositories could be read when the table was written. What
    pins a file is its sha256 in the table, so a branch that moves on is refused, never silently taken.
    """

    repo: str
    file: str
    repo_type: Literal["model", "space"] = "model"
    revision: str = "main"
    endpoint: str | None = None  # None: what HF_ENDPOINT says, or the hub's own

    @property
    def host(self) -> str:
        """What is asked over the network; where it did not answer once, it need not be asked again."""
        return self.endpoint or "model hub"

    def __str__(self) -> str:
        return f"hub {'space ' if self.repo_type == 'space' else ''}{self.repo}"


@dataclass(frozen=True)
class Package:
    """An archive that a Python package index offers, and the members of it that are weights."""

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
        """As for the hub; but an index may lack one package alone."""
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
    """One weight file: what is known of it, and where it can be had, the best place first."""

    name: str
    title: str
    filename: str  # in the cache and in a folder of HYPERSTYLE_WEIGHTS
    licence: str
    sources: tuple[Source, ...]
    size: int | None = None  # bytes
    sha256: str = ""  # whole, or the beginning that is known
    by_hand: str = ""  # where a file without sources is found, which its user has to put into a folder

    @property
    def comes_by_itself(self) -> bool:
        """Whether a Python package carries it, which is small and can be fetched without asking anybody."""
        return any(isinstance(source, Member) for source in self.sources)

    @property
    def check(self) -> str:
        """In words, what a file of this name is compared with."""
        if len(self.sha256) == 64:
            return "checked by sha256"
        if self.sha256:
            return f"checked by the beginning of its sha256, {self.sha256}"
        return "checked by its size alone" if self.size is not None else "not checked: neither sum nor size is known"


class Unavailable(Exception):  # noqa: N818 -- an answer rather than a fault: the next source is asked
    """One source cannot deliver; the text says why in a few words."""


class Unreachable(Unavailable):
    """The source's host does not answer, or no longer; it need not be asked for another file."""
