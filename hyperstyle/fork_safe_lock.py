"""A lock that is free in a forked process, even if a thread of the parent held it."""

import os
from threading import Lock
from types import TracebackType


class ForkSafeLock:
    """A mutex for threads that is unlocked in every forked process.

    On a ZeroGPU Space calls run in forks, where the thread that held the lock, and would release it, does not exist.
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
