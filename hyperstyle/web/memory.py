"""Gives memory that is free, but still counted as the process's own, back to the operating system."""

import ctypes
import gc
from collections.abc import Callable
from functools import cache


def give_back() -> None:
    """Collect garbage, and give free memory back where the C library can (glibc keeps it otherwise)."""
    gc.collect()
    trim = _trim()
    if trim:
        trim(0)


@cache
def _trim() -> Callable[[int], int] | None:
    """The C library's `malloc_trim`; None where it has none."""
    try:
        return ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return None
