"""Telling somebody how far a download is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm  # type: ignore[import-untyped]

Progress = Callable[[int, int | None], None]
"""Called with the bytes that are here and the bytes there will be, None where nobody knows; may raise to stop."""


def ignore(_here: int, _total: int | None) -> None:
    """Progress for nobody."""


@contextmanager
def terminal_bar(title: str) -> Iterator[Progress]:
    """A bar on standard error while the block runs; nothing where that is not a terminal."""
    with tqdm(desc=title, unit="B", unit_scale=True, disable=None, leave=False) as bar:

        def show(here: int, total: int | None) -> None:
            bar.total = total
            bar.update(here - bar.n)

        yield show
