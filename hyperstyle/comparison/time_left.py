"""How long a comparison will still take."""

from collections import defaultdict
from collections.abc import Sequence


class TimeLeft:
    """Estimates from the time that each task has taken so far: methods differ a thousandfold, photos hardly."""

    def __init__(self, photos: int, tasks: Sequence[str]) -> None:
        self._open = dict.fromkeys(tasks, photos)
        self._taken: dict[str, list[float]] = defaultdict(lambda: [0.0, 0])

    def passed(self, task: str, seconds: float | None) -> None:
        """One photo less waits for a task, which took it so long; None where it was done before or cannot be done."""
        self._open[task] -= 1
        if seconds is not None:
            self._taken[task][0] += seconds
            self._taken[task][1] += 1

    def seconds(self) -> float | None:
        """What is left if nothing further is skipped, or None as long as a task that is needed was never timed."""
        needed = [task for task, count in self._open.items() if count]
        if any(task not in self._taken for task in needed):
            return None
        return sum(self._open[task] * self._taken[task][0] / self._taken[task][1] for task in needed)
