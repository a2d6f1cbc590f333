"""Stretches that end after a number of steps instead of minutes, for trainings that are compared with each other."""

import time
from dataclasses import dataclass, field
from typing import Any

from hyperstyle.training.core.loop import TrainingRun


@dataclass
class Clock:
    """How long a training has been running in all its stretches, in seconds of the processor's time.

    Where the processor is shared that is fairer than the clock on the wall.
    """

    before: float = 0.0
    since: float = field(default_factory=time.process_time)

    @property
    def seconds(self) -> float:
        """In all."""
        return self.before + time.process_time() - self.since

    def state_dict(self) -> dict[str, Any]:
        """All that a later stretch needs."""
        return {"seconds": self.seconds}

    def load_state_dict(self, state_dict: Any) -> None:  # noqa: ANN401
        """Take up what `state_dict` gave."""
        self.before, self.since = state_dict["seconds"], time.process_time()


@dataclass
class Budget(TrainingRun):
    """A stretch towards `total` steps, by which the learning rate falls; `minutes` bound it as ever."""

    total: int = 1000

    def share(self, step: int, seconds: float) -> float:
        """How much of the budget is spent, or 1 when the time is up."""
        return step / self.total if super().share(step, seconds) < 1 else 1.0
