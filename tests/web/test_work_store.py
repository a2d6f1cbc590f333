"""Visitors' work stays within a budget of memory, and none of it is lost."""

import gc
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import torch

from hyperstyle.inversion.inversion import Inversion
from hyperstyle.photo.quads import Quad
from hyperstyle.web.work_store import WorkStore, machine_memory

KILLED = """
import os, signal
from hyperstyle.web.work_store import WorkStore
store = WorkStore(1000)
kept = [store.keep(os.urandom(1000), 1000) for _ in range(3)]
assert kept[0].file
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_was_left_alone_for_longest_goes_to_disk_and_comes_back() -> None:
    store = WorkStore(2500)
    values = [os.urandom(1000) for _ in range(5)]
    kept = [store.keep(value, 1000) for value in values]
    assert store.in_memory() == 2000
    assert [bool(one.file) for one in kept] == [True, True, True, False, False]
    assert [one.get() for one in kept] == values
    assert store.in_memory() == 2000
    assert kept[0].value is None


def test_what_is_used_stays() -> None:
    store = WorkStore(2000)
    first = store.keep(b"first", 1000)
    for number in range(5):
        first.get()
        store.keep(bytes([number]), 1000)
    assert first.file is None


def test_an_inversion_comes_back_as_the_same_value() -> None:
    store = WorkStore(0)
    inversion = Inversion(
        "faces",
        "hyperstyle",
        torch.randn(1, 512),
        {3: torch.randn(1, 8, 8, 1, 1)},
        Quad((0, 0, 0, 9, 9, 9, 9, 0)),
        (9, 9),
        (),
    )
    kept = store.keep(inversion, 1000)
    store.keep(b"", 1)
    assert kept.value is None
    back = kept.get()
    assert back == inversion  # so that what was computed of it is found again
    assert torch.equal(back.codes, inversion.codes)
    assert torch.equal(back.offsets[3], inversion.offsets[3])


def test_what_nobody_refers_to_any_more_takes_neither_memory_nor_disk() -> None:
    store = WorkStore(1500)
    kept = [store.keep(os.urandom(1000), 1000) for _ in range(3)]
    file = kept[0].file
    assert file
    descriptor = file.fileno()
    del kept, file
    gc.collect()
    assert store.in_memory() == 0
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


def test_a_full_disk_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    store = WorkStore(1000)
    kept = [store.keep(bytes([number]), 1000) for number in range(3)]
    assert [one.get() for one in kept] == [b"\0", b"\1", b"\2"]


def test_files_are_gone_when_the_program_is_killed_and_never_had_a_name(tmp_path: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED], env=os.environ | {"TMPDIR": str(tmp_path)}, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert not list(tmp_path.iterdir())


def test_the_budget_fits_the_machine() -> None:
    assert 0 < WorkStore().budget <= machine_memory() // 4
