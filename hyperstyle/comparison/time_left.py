"""Estimate of the remaining time of a comparison."""

from collections import defaultdict
from collections.abc import Sequence


class TimeLeft:
    """Remaining time from the mean duration of each task so far: methods differ a thousandfold, photos hardly."""

    def __init__(self, photos: int, tasks: Sequence[str]) -> None:
        self._pending = dict.fromkeys(tasks, photos)
        self._timed: dict[str, list[float]] = defaultdict(lambda: [0.0, 0])  # seconds, count

    def finish(self, task: str, seconds: float | None) -> None:
        """Count a task as finished for one photo; `seconds` is None where it was skipped."""
        self._pending[task] -= 1
        if seconds is not None:
            self._timed[task][0] += seconds
            self._timed[task][1] += 1

    def seconds(self) -> float | None:
        """Return the remaining seconds if nothing more is skipped; None until every pending task has been timed."""
        needed = [task for task, count in self._pending.items() if count]
        if any(task not in self._timed for task in needed):
            return None
        return sum(self._pending[task] * self._timed[task][0] / self._timed[task][1] for task in needed)
