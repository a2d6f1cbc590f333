"""Pauses inside of long computations, in which a page lets its short ones go first.

A refinement takes half a second, and a slider's picture should not wait that long for another visitor's inversion.
Computations call `pause` between their passes. That does nothing, unless whoever runs them said what to do then.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar

_at_pause: ContextVar[Callable[[], None] | None] = ContextVar("at_pause", default=None)


def pause() -> None:
    """Do what the caller of this computation wants to be done at a pause."""
    if act := _at_pause.get():
        act()


@contextmanager
def at_pauses(act: Callable[[], None]) -> Generator[None]:
    """Call `act` at every pause of what the body of a `with` computes in this thread."""
    token = _at_pause.set(act)
    try:
        yield
    finally:
        _at_pause.reset(token)
