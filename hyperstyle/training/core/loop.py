"""The training loop: runs of limited time, each of which resumes from the last checkpoint, even after a kill."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import nn

DECAY = 0.3  # share of a run over which the learning rate falls to zero, so that every run ends with usable weights
WARMUP = 50  # steps over which the learning rate rises after each start, while the optimizer's averages settle


OPTIMIZER = "optimizer"  # the name of that part


class Stateful(Protocol):
    """Part of a checkpoint: a module, an optimizer, or anything else with a state dict."""

    def state_dict(self) -> dict[str, Any]:
        """Return the state that a later run resumes from."""

    def load_state_dict(self, state_dict: Any) -> Any:  # noqa: ANN401
        """Restore the state that `state_dict` returned."""


def write_checkpoint(path: Path, step: int, parts: Mapping[str, Stateful]) -> None:
    """Write it under a temporary name first, so that a kill at any moment leaves a whole one."""
    partial = path.with_suffix(".part")
    partial.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"step": step} | {name: part.state_dict() for name, part in parts.items()}, partial)
    partial.replace(path)


@dataclass
class TrainingRun:
    """One run of a training: it resumes from the checkpoint, and saves it at intervals and when the time is over."""

    checkpoint: Path
    parts: Mapping[str, Stateful]
    """Models, optimizers and the like, under the names that they have in the checkpoint."""
    minutes: float
    """Time limit of this run."""
    report: Callable[[int], None]
    """Called with the number of steps done at every save, to print held-out figures and write sample pictures."""
    save_every: float = 600.0
    """Seconds between checkpoints."""

    def resume(self) -> int:
        """Load the last checkpoint where there is one; the number of steps done so far.

        A checkpoint that `train start` made has no optimizer's state: it was not shipped.
        """
        if not self.checkpoint.exists():
            return 0
        saved = torch.load(self.checkpoint, map_location="cpu", weights_only=True)
        for name, part in self.parts.items():
            if name in saved or name != OPTIMIZER:
                part.load_state_dict(saved[name])
        return int(saved["step"])

    def save(self, step: int) -> None:
        """Write the checkpoint."""
        write_checkpoint(self.checkpoint, step, self.parts)

    def share(self, step: int, seconds: float) -> float:  # noqa: ARG002 - for stretches that count steps
        """Return the share of this run that is over, 1 at its end: `step` counts all runs, `seconds` this one."""
        return seconds / (self.minutes * 60)

    def steps(self, optimizer: torch.optim.Optimizer) -> Iterator[int]:
        """Yield step numbers until the run is over; set the learning rate of `optimizer` before each."""
        first = step = self.resume()
        rates = [group.setdefault("full_lr", group["lr"]) for group in optimizer.param_groups]
        start = saved = time.monotonic()
        while (share := self.share(step, time.monotonic() - start)) < 1:
            factor = min(1.0, (step - first + 1) / WARMUP, (1 - share) / DECAY)
            for group, rate in zip(optimizer.param_groups, rates, strict=True):
                group["lr"] = rate * factor
            yield step
            step += 1
            if time.monotonic() - saved > self.save_every:
                self.save(step)
                self.report(step)
                saved = time.monotonic()
        self.save(step)
        self.report(step)


def update(
    model: nn.Module, average: nn.Module, optimizer: torch.optim.Optimizer, step: int, memory: float = 0.999
) -> None:
    """Clip the gradients of `model`, take a step, and update `average`, a moving average of its weights.

    The decay of the average is min(memory, step / (step + 10)), so that it forgets the first steps soon.
    """
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    update_ema(average, model, min(memory, step / (step + 10)))


@torch.no_grad()
def update_ema(average: nn.Module, model: nn.Module, decay: float) -> None:
    """Update the exponential moving average of the weights: average = decay * average + (1 - decay) * model."""
    for slow, fast in zip(average.state_dict().values(), model.state_dict().values(), strict=True):
        if slow.is_floating_point():
            slow.lerp_(fast, 1 - decay)
        else:
            slow.copy_(fast)
