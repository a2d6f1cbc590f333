"""Trainings survive being killed."""

import signal
import subprocess
import sys
from pathlib import Path

import torch
from torch import nn

from hyperstyle.training.core.loop import TrainingRun, update_ema, write_checkpoint

ENDLESS = """
import sys, torch
from pathlib import Path
from tests.training.core.test_loop import stretch_of
stretch, optimizer, model = stretch_of(Path(sys.argv[1]), minutes=60)
stretch.save_every = 0
for step in stretch.steps(optimizer):
    (model(torch.ones(1, 3)) - 1).square().sum().backward()
    optimizer.step()
    if step == 20:
        print("twenty", flush=True)
"""


def stretch_of(checkpoint: Path, minutes: float) -> tuple[TrainingRun, torch.optim.Optimizer, nn.Linear]:
    torch.manual_seed(0)
    model = nn.Linear(3, 2)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    return TrainingRun(checkpoint, {"model": model, "optimizer": optimizer}, minutes, lambda _: None), optimizer, model


def test_a_killed_training_goes_on_from_its_last_checkpoint(tmp_path: Path) -> None:
    checkpoint = tmp_path / "run" / "model.pt"
    process = subprocess.Popen([sys.executable, "-c", ENDLESS, checkpoint], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"twenty\n"
    process.send_signal(signal.SIGKILL)
    process.wait()

    stretch, optimizer, model = stretch_of(checkpoint, minutes=0.01)
    fresh = model.weight.clone()
    assert stretch.resume() >= 20
    assert not torch.equal(model.weight, fresh)
    done = list(stretch.steps(optimizer))
    assert done[0] >= 20
    assert torch.load(checkpoint, weights_only=True)["step"] == done[-1] + 1


def test_a_training_goes_on_from_weights_alone(tmp_path: Path) -> None:
    stretch, _, model = stretch_of(tmp_path / "model.pt", minutes=0.01)
    shipped = nn.Linear(3, 2)
    write_checkpoint(stretch.checkpoint, 7, {"model": shipped})
    assert stretch.resume() == 7
    assert torch.equal(model.weight, shipped.weight)


def test_the_rate_rises_at_the_start_and_falls_to_nothing_at_the_end(tmp_path: Path) -> None:
    stretch, optimizer, _ = stretch_of(tmp_path / "model.pt", minutes=0.02)
    rates = [optimizer.param_groups[0]["lr"] for _ in stretch.steps(optimizer)]
    assert rates[0] < max(rates) <= 1e-2
    assert rates[-1] < 0.1 * max(rates)


def test_the_average_follows_the_model() -> None:
    model, average = nn.BatchNorm1d(2), nn.BatchNorm1d(2)
    nn.init.constant_(model.weight, 3.0)
    model.num_batches_tracked.fill_(7)
    update_ema(average, model, 0.5)
    assert average.weight.tolist() == [2.0, 2.0]
    assert average.num_batches_tracked == 7
