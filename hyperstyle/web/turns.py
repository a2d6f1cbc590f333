"""Whose turn it is on a device: edits are quick and come first, and an inversion lets them in between its steps."""

from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from threading import Condition
from typing import TypeVar

T = TypeVar("T")
_END = object()


class Turns:
    """One piece of work at a time, where two at once would only slow each other down, or as many as have room."""

    def __init__(self, room: int = 1) -> None:
        self._changed = Condition()
        self._room = room
        self._busy = 0  # pieces of work under way
        self._quick = 0  # pieces of quick work that wait

    @property
    def waiting(self) -> int:
        """How many pieces of quick work wait."""
        return self._quick

    @contextmanager
    def quick(self) -> Generator[None]:
        """For an edit: next, as soon as the present piece is done."""
        with self._changed:
            self._quick += 1
            self._changed.wait_for(lambda: self._busy < self._room)
            self._quick -= 1
            self._busy += 1
        try:
            yield
        finally:
            self._done()

    def between(self, steps: Iterable[T]) -> Iterator[T]:
        """The same steps, each made in a turn of its own, for which quick work is let in first."""
        iterator = iter(steps)
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._busy < self._room and not self._quick)
                self._busy += 1
            try:
                step = next(iterator, _END)
            finally:
                self._done()
            if step is _END:
                return
            yield step  # type: ignore[misc]  # it is no sentinel

    def _done(self) -> None:
        with self._changed:
            self._busy -= 1
            self._changed.notify_all()
