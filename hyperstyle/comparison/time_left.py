"""How long a comparison will still take."""

from collections import defaultdict
from collections.abc import Sequence


class TimeLeft:
    """Estimates from the time that each method has taken so far: methods differ a thousandfold, photos hardly."""

    def __init__(self, photos: int, methods: Sequence[str]) -> None:
        self._open = dict.fromkeys(methods, photos)
        self._taken: dict[str, list[float]] = defaultdict(lambda: [0.0, 0])

    def found(self, method: str) -> None:
        """A row was there already."""
        self._open[method] -= 1

    def made(self, method: str, seconds: float) -> None:
        """A row was made."""
        self._open[method] -= 1
        self._taken[method][0] += seconds
        self._taken[method][1] += 1

    def seconds(self) -> float | None:
        """What is left if no further row is found, or None as long as a method that is needed was never timed."""
        needed = [method for method, count in self._open.items() if count]
        if any(method not in self._taken for method in needed):
            return None
        return sum(self._open[method] * self._taken[method][0] / self._taken[method][1] for method in needed)
