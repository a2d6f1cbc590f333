"""Returns freed memory to the operating system."""

import ctypes
import gc
from collections.abc import Callable
from functools import cache


def give_back() -> None:
    """Collect garbage, and return free memory to the operating system, which glibc does not do by itself."""
    gc.collect()
    trim = _trim()
    if trim:
        trim(0)


@cache
def _trim() -> Callable[[int], int] | None:
    """Return the C library's `malloc_trim`; None if it has none."""
    try:
        return ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return None
