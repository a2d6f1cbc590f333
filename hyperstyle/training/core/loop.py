"""What all trainings share: stretches bounded in time that resume where the last one stopped, even if it was killed."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import nn

DECAY = 0.3  # share of a stretch over which the learning rate falls to zero, so that every stretch ends usable
WARMUP = 50  # steps over which it rises after each start, while the optimizer's averages settle


class Stateful(Protocol):
    """Anything with a state dict: modules, optimizers."""

    def state_dict(self) -> dict[str, Any]:
        """All that a later stretch needs."""

    def load_state_dict(self, state_dict: Any) -> Any:  # noqa: ANN401
        """Take up what `state_dict` gave."""


@dataclass
class TrainingRun:
    """One stretch of a training."""

    checkpoint: Path
    parts: Mapping[str, Stateful]
    minutes: float
    report: Callable[[int], None]
    """Called with the step number at every save: prints held-out figures, writes a grid."""
    save_every: float = 600.0
    """Seconds between checkpoints."""

    def resume(self) -> int:
        """Load the last checkpoint where there is one; the number of steps done so far."""
        if not self.checkpoint.exists():
            return 0
        saved = torch.load(self.checkpoint, map_location="cpu", weights_only=True)
        for name, part in self.parts.items():
            part.load_state_dict(saved[name])
        return int(saved["step"])

    def save(self, step: int) -> None:
        """Write the checkpoint under a temporary name first, so that a kill at any moment leaves a whole one."""
        partial = self.checkpoint.with_suffix(".part")
        partial.parent.mkdir(parents=True, exist_ok=True)
        torch.save({"step": step} | {name: part.state_dict() for name, part in self.parts.items()}, partial)
        partial.replace(self.checkpoint)

    def share(self, step: int, seconds: float) -> float:  # noqa: ARG002 - for stretches that count steps
        """How much of the stretch is over when `step` steps are done in all, and it has been running for `seconds`."""
        return seconds / (self.minutes * 60)

    def steps(self, optimizer: torch.optim.Optimizer) -> Iterator[int]:
        """Step numbers until the stretch is over, with the learning rate of `optimizer` set for each."""
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
    """Take the step that the gradients of `model` ask for, and let `average` follow, the faster the younger it is."""
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    follow(average, model, min(memory, step / (step + 10)))


@torch.no_grad()
def follow(average: nn.Module, model: nn.Module, decay: float) -> None:
    """Move `average` towards `model`: a running mean of the weights, which is what gets shipped."""
    for slow, fast in zip(average.state_dict().values(), model.state_dict().values(), strict=True):
        if slow.is_floating_point():
            slow.lerp_(fast, 1 - decay)
        else:
            slow.copy_(fast)
