"""The queue in front of a device: edits go first, and an inversion lets them in between its steps."""

from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from threading import Condition
from typing import TypeVar

T = TypeVar("T")
_END = object()


class DeviceQueue:
    """Runs at most `capacity` pieces of work at a time."""

    def __init__(self, capacity: int = 1) -> None:
        self._changed = Condition()
        self._capacity = capacity
        self._running = 0
        self._waiting = 0  # pieces of work with priority

    @property
    def waiting(self) -> int:
        """Number of waiting pieces of work with priority."""
        return self._waiting

    @contextmanager
    def priority(self) -> Generator[None]:
        """Run the body of a `with` before other work: as soon as a running piece is done."""
        with self._changed:
            self._waiting += 1
            self._changed.wait_for(lambda: self._running < self._capacity)
            self._waiting -= 1
            self._running += 1
        try:
            yield
        finally:
            self._done()

    def interleave(self, steps: Iterable[T]) -> Iterator[T]:
        """Yield the items of `steps`, each computed as its own piece of work; work with priority goes in between."""
        iterator = iter(steps)
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._running < self._capacity and not self._waiting)
                self._running += 1
            try:
                step = next(iterator, _END)
            finally:
                self._done()
            if step is _END:
                return
            yield step  # type: ignore[misc]  # not the sentinel

    def _done(self) -> None:
        with self._changed:
            self._running -= 1
            self._changed.notify_all()
