"""Progress of downloads."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm  # type: ignore[import-untyped]

Progress = Callable[[int, int | None], None]
"""Function called with the bytes received and the total, None if unknown; may raise an exception to stop."""


def ignore(_received: int, _total: int | None) -> None:
    """Ignore the progress."""


@contextmanager
def terminal_bar(title: str) -> Iterator[Progress]:
    """Show a progress bar on standard error, if that is a terminal, while the block runs."""
    with tqdm(desc=title, unit="B", unit_scale=True, disable=None, leave=False) as bar:

        def show(received: int, total: int | None) -> None:
            bar.total = total
            bar.update(received - bar.n)

        yield show
