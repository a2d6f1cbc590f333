"""The queue in front of a device: edits go first, then inversions step by step, then what nobody waits for.

Where the device does one thing at a time, edits also come in at the pauses inside of a step.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from threading import Condition
from typing import TypeVar

from hyperstyle.pauses import at_pauses

T = TypeVar("T")
_END = object()


class DeviceQueue:
    """Runs at most `capacity` pieces of work at a time."""

    def __init__(self, capacity: int = 1) -> None:
        self._changed = Condition()
        self._capacity = capacity
        self._running = 0
        self._waiting = 0  # pieces of work with priority
        self._interleaved = 0  # calls of `interleave` under way, but for those in the background

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

    def interleave(self, steps: Iterable[T], in_background: Callable[[], bool] = lambda: False) -> Iterator[T]:
        """Yield the items of `steps`, each computed as its own piece of work; work with priority goes in between.

        As long as `in_background` returns True, other calls go first with all of their steps.
        """
        foreground = not in_background()
        iterator = iter(steps)
        self._count(foreground)
        try:
            while True:
                with self._changed:
                    self._changed.wait_for(lambda: self._may_step() and not (self._interleaved and in_background()))
                    self._running += 1
                try:
                    with at_pauses(self._let_priority_in):
                        step = next(iterator, _END)
                finally:
                    self._done()
                if step is _END:
                    return
                yield step  # type: ignore[misc]  # not the sentinel
        finally:
            self._count(-foreground)

    def _let_priority_in(self) -> None:
        """Hand the place of a step over to work with priority, if any waits for it, and take it back after that."""
        if self._capacity > 1 or not self._waiting:  # with several places, work may run in forks, which see no queue
            return
        self._done()
        with self._changed:
            self._changed.wait_for(self._may_step)
            self._running += 1

    def _may_step(self) -> bool:
        return self._running < self._capacity and not self._waiting

    def _count(self, calls: int) -> None:
        with self._changed:
            self._interleaved += calls
            self._changed.notify_all()

    def _done(self) -> None:
        with self._changed:
            self._running -= 1
            self._changed.notify_all()
