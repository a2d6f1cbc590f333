"""Weights that are here already: folders of the user's, and what is remembered about files."""

import hashlib
import os
from pathlib import Path

import pytest

from hyperstyle.errors import StudioError
from hyperstyle.weights.checking import sha256_of
from hyperstyle.weights.fetching import fetch, locate, status
from hyperstyle.weights.weight_sources import Hub, Weight

pytestmark = pytest.mark.usefixtures("cache")

CONTENT = b"the right bytes"
NET = Weight(
    "net",
    "A network",
    "net.pt",
    "MIT",
    (Hub("owner/models", "net.pt"),),
    len(CONTENT),
    hashlib.sha256(CONTENT).hexdigest(),
)


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Two folders of the user's."""
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    monkeypatch.setenv("HYPERSTYLE_WEIGHTS", os.pathsep.join(map(str, (first, second))))
    return first, second


def test_users_folders_come_before_the_cache_in_their_order(cache: Path, folders: tuple[Path, Path]) -> None:
    first, second = folders
    cache.mkdir()
    for folder in (cache, second, first):
        (folder / "net.pt").write_bytes(CONTENT)
        assert locate(NET) == fetch(NET) == folder / "net.pt"


def test_wrong_file_of_the_users_is_named_and_left_alone(folders: tuple[Path, Path]) -> None:
    wrong = folders[1] / "net.pt"
    wrong.write_bytes(b"the wrong bytes")
    with pytest.raises(StudioError) as refused:
        fetch(NET)
    for part in (str(wrong), NET.sha256, hashlib.sha256(b"the wrong bytes").hexdigest()):
        assert part in str(refused.value)
    assert wrong.read_bytes() == b"the wrong bytes"
    assert status(NET).path is None
    assert str(refused.value) == status(NET).summary


@pytest.mark.parametrize(
    ("known", "fits"),
    [
        ({"sha256": NET.sha256[:8]}, True),
        ({"sha256": "0" * 8}, False),
        ({"size": len(CONTENT)}, True),
        ({"size": len(CONTENT) + 1}, False),
        ({}, True),
    ],
)
def test_file_is_compared_with_all_that_is_known(
    folders: tuple[Path, Path], known: dict[str, object], fits: bool
) -> None:
    (folders[0] / "net.pt").write_bytes(CONTENT)
    net = Weight("net", "A network", "net.pt", "MIT", NET.sources, **known)  # type: ignore[arg-type]
    assert (status(net).path is not None) == fits


def test_sum_is_remembered_until_the_file_changes(tmp_path: Path) -> None:
    path = tmp_path / "net.pt"
    path.write_bytes(CONTENT)
    before = path.stat()
    assert sha256_of(path) == NET.sha256
    path.write_bytes(CONTENT[::-1])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))  # nothing tells that it has changed
    assert sha256_of(path) == NET.sha256
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert sha256_of(path) == hashlib.sha256(CONTENT[::-1]).hexdigest()


def test_spoilt_memory_only_costs_another_reading(cache: Path, tmp_path: Path) -> None:
    path = tmp_path / "net.pt"
    path.write_bytes(CONTENT)
    sha256_of(path)
    (note,) = (cache / "checked").iterdir()
    for spoilt in (b"", b"nonsense", b"\xff"):
        note.write_bytes(spoilt)
        assert sha256_of(path) == NET.sha256


def test_a_file_that_nobody_hands_out_says_where_its_user_finds_it(folders: tuple[Path, Path]) -> None:
    parts = Weight("parts", "Parts", "parts.pt", "MIT", (), by_hand="the authors' repository")
    with pytest.raises(StudioError, match="the authors' repository"):
        fetch(parts)
    assert "the authors' repository" in status(parts).summary
    (folders[1] / "parts.pt").write_bytes(CONTENT)
    assert fetch(parts) == folders[1] / "parts.pt"
