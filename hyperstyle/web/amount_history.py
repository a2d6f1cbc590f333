"""Undo and redo of sliders."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Amounts = Mapping[str, float]
"""Name of a direction -> its amount; directions at 0 are left out."""


@dataclass
class AmountHistory:
    """The amounts before every move, and those that were undone. A slider that is dragged makes one move."""

    _past: list[Amounts] = field(default_factory=list)
    _future: list[Amounts] = field(default_factory=list)
    _moved: frozenset[str] = frozenset()
    """Directions of the last move, if it can go on."""

    def record(self, before: Amounts, after: Amounts, *, dragged: bool = True) -> None:
        """Record a move; one that was `dragged` goes on with a move of the same sliders."""
        moved = frozenset(name for name in {*before, *after} if before.get(name, 0.0) != after.get(name, 0.0))
        if not moved:
            return
        if not dragged or moved != self._moved:
            self._past.append(before)
        self._moved = moved if dragged else frozenset()
        self._future.clear()

    def undo(self, now: Amounts) -> Amounts:
        """Return the amounts before the last move; `now` itself if there was none."""
        return self._go(self._past, self._future, now)

    def redo(self, now: Amounts) -> Amounts:
        """Return the amounts that were undone last; `now` itself if there are none."""
        return self._go(self._future, self._past, now)

    def _go(self, there: list[Amounts], back: list[Amounts], now: Amounts) -> Amounts:
        if not there:
            return now
        back.append(now)
        self._moved = frozenset()
        return there.pop()
