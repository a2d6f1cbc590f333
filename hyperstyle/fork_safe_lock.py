"""A lock for what threads share, which a forked process finds free."""

import os
from threading import Lock
from types import TracebackType


class ForkSafeLock:
    """One thread at a time; a process that was forked while it was held begins with a free one.

    Calls on a Space that lends GPUs run in forks, where the thread that held the lock does not exist.
    """

    def __init__(self) -> None:
        self._lock, self._process = Lock(), os.getpid()

    def __enter__(self) -> None:
        if self._process != os.getpid():
            self._lock, self._process = Lock(), os.getpid()
        self._lock.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()
