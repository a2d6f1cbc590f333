"""Visitors' work within a budget of memory: what nobody has used for longest waits in a file until it is wanted."""

import os
import pickle
import tempfile
import weakref
from collections import OrderedDict
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO, Generic, TypeVar

T = TypeVar("T")

SHARE = 4
"""By default, a store holds at most the machine's memory divided by this."""
CONTAINER_LIMIT = Path("/sys/fs/cgroup/memory.max")
"""Bytes that this container may use, or `max`."""


class Kept(Generic[T]):
    """A value that a store keeps for as long as somebody refers to this object."""

    def __init__(self, store: "WorkStore", value: T, size: int) -> None:
        self._store = store
        self.size = size
        """Bytes that the value takes in memory."""
        self.value: T | None = value
        """None while it lies in the file alone."""
        self.file: BinaryIO | None = None
        """The value on disk, once it was moved there."""

    def get(self) -> T:
        """The value, read back from its file if it lies there."""
        return self._store.get(self)


class WorkStore:
    """Values in memory up to a budget, and in temporary files beyond it.

    The files have no name: nobody else can open them, and the system frees them even if the program is killed.
    """

    def __init__(self, budget: int | None = None) -> None:
        """`budget` is in bytes; by default a quarter of the machine's memory."""
        self.budget = machine_memory() // SHARE if budget is None else budget
        self._kept: OrderedDict[int, weakref.ref[Kept[Any]]] = OrderedDict()
        """By `id`; the one that was used last stands at the end."""
        self._lock = Lock()

    def keep(self, value: T, size: int) -> Kept[T]:
        """Keep a value of `size` bytes."""
        kept = Kept(self, value, size)
        with self._lock:
            self._use(kept)
        return kept

    def get(self, kept: Kept[T]) -> T:
        """The value of a kept object, which now is the one used last."""
        with self._lock:
            if kept.value is None and kept.file:
                kept.value = _read(kept.file)
            self._use(kept)
            return kept.value  # type: ignore[return-value]  # what was kept

    def in_memory(self) -> int:
        """Bytes of all values that lie in memory."""
        with self._lock:
            return sum(kept.size for kept in self._in_memory())

    def _use(self, kept: Kept[T]) -> None:
        self._kept[id(kept)] = weakref.ref(kept)
        self._kept.move_to_end(id(kept))
        values = self._in_memory()
        excess = sum(kept.size for kept in values) - self.budget
        for oldest in values[:-1]:
            if excess <= 0:
                break
            try:
                oldest.file = oldest.file or _write(oldest.value)
            except OSError:  # a full disk: rather too much memory than lost work
                break
            oldest.value = None
            excess -= oldest.size

    def _in_memory(self) -> list[Kept[Any]]:
        """Those that lie in memory, the one used last at the end; those that nobody refers to are dropped."""
        alive = {place: kept for place, reference in self._kept.items() if (kept := reference()) is not None}
        for place in self._kept.keys() - alive.keys():
            del self._kept[place]
        return [kept for kept in alive.values() if kept.value is not None]


def machine_memory() -> int:
    """Bytes of memory of this machine, or of the container if that has less."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        return min(physical, int(CONTAINER_LIMIT.read_text()))
    except (OSError, ValueError):
        return physical


def _write(value: object) -> BinaryIO:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - open for as long as its value is kept
    pickle.dump(value, file, pickle.HIGHEST_PROTOCOL)
    file.flush()
    return file


def _read(file: BinaryIO) -> Any:  # noqa: ANN401 - whatever was written
    file.seek(0)
    return pickle.load(file)  # noqa: S301 - written above, by this process, in a file that no other can open
