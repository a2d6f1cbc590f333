"""Trains the step sizes of the feedback on photos of animals: refinements are to bring the picture nearer to them."""

import copy
from pathlib import Path

import torch

from hyperstyle.networks.compact_model import LAYERS, CompactModel
from hyperstyle.networks.feedback import Feedback
from hyperstyle.networks.refiner import Refiner
from hyperstyle.training.animals.dataset import AnimalPictures
from hyperstyle.training.core.augmentation import photometric_jitter
from hyperstyle.training.core.loop import Stateful, TrainingRun, update
from hyperstyle.training.faces.hypernetwork_training import backward, refinements

CHECKPOINT = "feedback.pt"
BATCH = 2
RATE = 1e-2  # of the step sizes' logarithms


def begin(refiner: Refiner) -> Feedback:
    """Return the step sizes of the hypernetwork for faces."""
    feedback = Feedback(LAYERS)
    feedback.strides.data = refiner.strides.data[:, [refiner.layers.index(layer) for layer in LAYERS]]
    return feedback


def train(work: Path, minutes: float, model: CompactModel, pictures: AnimalPictures) -> Feedback:
    """Train for `minutes`, from the model's own feedback, and return its moving average."""
    feedback = copy.deepcopy(model.hypernetwork).train().requires_grad_(True)
    average = model.hypernetwork
    optimizer = torch.optim.Adam(feedback.parameters(), lr=RATE)
    held = pictures.held_out(model.generator.size)[:8]

    @torch.no_grad()
    def report(step: int) -> None:
        seen = [step.state.picture for step in refinements(model, average, held, model.encode(held), real=False)]
        figures = [f"{(p - held).square().mean():.4f}/{model.lpips(p, held).mean():.3f}" for p in seen]
        print(f"step {step}: held out, L2/LPIPS by pass: {' '.join(figures)}", flush=True)

    parts: dict[str, Stateful] = {"feedback": feedback, "average": average, "optimizer": optimizer}
    for step in TrainingRun(work / CHECKPOINT, parts, minutes, report).steps(optimizer):
        numbers = torch.randint(len(pictures), (BATCH,))
        backward(model, feedback, photometric_jitter(pictures.batch(numbers, model.generator.size)))
        update(feedback, average, optimizer, step, memory=0.98)
    return average
