"""Trainings that end after a number of steps instead of minutes, so that they can be compared with each other."""

import time
from dataclasses import dataclass, field
from typing import Any

from hyperstyle.training.core.loop import TrainingRun


@dataclass
class CpuClock:
    """CPU time of a training over all its runs; fairer than wall-clock time where processes share a CPU."""

    before: float = 0.0
    """CPU seconds of earlier runs."""
    since: float = field(default_factory=time.process_time)
    """Value of `time.process_time` when this run began."""

    @property
    def seconds(self) -> float:
        """CPU seconds so far, earlier runs included."""
        return self.before + time.process_time() - self.since

    def state_dict(self) -> dict[str, Any]:
        """Return the CPU seconds so far."""
        return {"seconds": self.seconds}

    def load_state_dict(self, state_dict: Any) -> None:  # noqa: ANN401
        """Restore the CPU seconds in `state_dict`, from which counting continues."""
        self.before, self.since = state_dict["seconds"], time.process_time()


@dataclass
class StepLimitedRun(TrainingRun):
    """One run of a training that takes `total` steps in all; the run also stops when its `minutes` are over."""

    total: int = 1000
    """Steps over all runs, by which the learning rate is scheduled."""

    def share(self, step: int, seconds: float) -> float:
        """Return the share of the step budget that is spent, or 1 when the run's time is over."""
        return step / self.total if super().share(step, seconds) < 1 else 1.0
