"""Trains HyperInverter on the embedded generator: one pass, and what it answers is added to the kernels.

The losses are the paper's (Dinh et al., 2022): L2, LPIPS and identity, and from a given step on an adversarial one.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from hyperstyle.device import fast_dtype, low_precision
from hyperstyle.metrics.arcface import Identity
from hyperstyle.networks.embedded_model import Distance, EmbeddedModel
from hyperstyle.networks.mobile_stylegan import MappingNetwork
from hyperstyle.training.core.generated_pictures import save_grid
from hyperstyle.training.core.loop import Stateful, TrainingRun, update
from hyperstyle.training.core.portraits import read_portraits
from hyperstyle.training.core.previews import figures, shown, side
from hyperstyle.training.experiments.discriminator import Discriminator
from hyperstyle.training.experiments.small_hyperinverter import SmallHyperInverter
from hyperstyle.training.faces.hypernetwork_training import BATCH, LARGE_BATCH, LIKENESS, Targets

LAYERS = range(11)  # all that the preview of 256 pixels shows
RATE = 1e-4  # of both networks; this and the next three are the paper's
ADVERSARIAL = 0.005  # weight of the discriminator's verdict
STEEPNESS = 10.0  # weight of the penalty for a steep discriminator (R1, Mescheder et al., 2018)
EVERY = 16  # steps at which that is asked for
START = 20_000  # step from which the discriminator is heard: by then the rest has nearly settled

Examples = Callable[[], tuple[Tensor, Tensor]]
"""Gives photos [N, 3, S, S] in [-1, 1], S the preview's side, and their codes [N, 512]."""


class Opponent:
    """The discriminator, and how it learns."""

    def __init__(self, size: int) -> None:
        self.network = Discriminator(size)
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=RATE, betas=(0.0, 0.99))

    def doubt(self, pictures: Tensor) -> Tensor:
        """How little pictures look like photos to it, [N]; gradients reach the pictures."""
        return F.softplus(-self.network(pictures))

    def learn(self, pictures: Tensor, photos: Tensor, step: int) -> None:
        """One step of telling pictures from photos, both [N, 3, S, S]."""
        self.optimizer.zero_grad(set_to_none=True)  # of what the pictures have left there
        loss = (F.softplus(self.network(pictures.detach())) + self.doubt(photos)).mean()
        if step % EVERY == 0:
            seen = photos.detach().requires_grad_()
            code_gradient = torch.autograd.grad(self.network(seen).sum(), seen, create_graph=True)[0]
            loss = loss + EVERY * STEEPNESS / 2 * code_gradient.square().sum((1, 2, 3)).mean()
        loss.backward()
        self.optimizer.step()


@dataclass(frozen=True)
class Course:
    """What is learnt, from what, and what counts."""

    model: EmbeddedModel
    examples: Examples
    held: tuple[Tensor, Tensor]
    """Photos and codes, as of the examples, that nothing is trained on."""
    likeness: Distance
    start: int = START
    """The step from which the discriminator is heard."""
    rate: float = RATE
    save_every: float = 600.0
    """Seconds."""

    def pictures(self, network: SmallHyperInverter, photos: Tensor, codes: Tensor) -> tuple[Tensor, Tensor]:
        """The first pictures [N, 3, S, S] of codes [N, 512], and those with what the network adds to the kernels."""
        own = self.model.generator.own_kernels()
        with torch.no_grad():
            first = shown(self.model, codes, own)
        with low_precision(photos.device, enabled=network.training):
            changes = network(photos, first)
        return first, shown(self.model, codes, own | {layer: own[layer] + change for layer, change in changes.items()})

    def train(self, checkpoint: Path, minutes: float, network: SmallHyperInverter) -> None:
        """One stretch of training."""
        held, held_codes = self.held
        network.to(held.device)
        average = copy.deepcopy(network).eval().requires_grad_(False)
        optimizer = torch.optim.Adam(network.parameters(), lr=self.rate)
        opponent = Opponent(side(self.model))
        opponent.network.to(held.device)

        @torch.no_grad()
        def report(step: int) -> None:
            first, second = self.pictures(average, held, held_codes)
            before, after = ("{:.4f}/{:.3f}".format(*figures(self.model, seen, held)) for seen in (first, second))
            line = f"step {step}: held out, L2/LPIPS {before} -> {after}"
            if step > self.start:
                verdicts = (opponent.network(seen).mean() for seen in (held, second))
                line += ", discriminator on photos {:.2f}, on pictures {:.2f}".format(*verdicts)
            print(line, flush=True)
            rows = zip(held, first, second, strict=True)
            save_grid(checkpoint.with_suffix(".png"), [torch.cat(row, 1)[None] for row in rows])

        parts: dict[str, Stateful] = {
            "network": network,
            "average": average,
            "optimizer": optimizer,
            "discriminator": opponent.network,
            "discriminator's optimizer": opponent.optimizer,
        }
        for step in TrainingRun(checkpoint, parts, minutes, report, self.save_every).steps(optimizer):
            photos, codes = self.examples()
            _, made = self.pictures(network, photos, codes)
            loss = self.model.distance(made, photos) + LIKENESS * self.likeness(made, photos)
            if heard := step >= self.start:
                loss = loss + ADVERSARIAL * opponent.doubt(made)
            loss.mean().backward()
            update(network, average, optimizer, step)
            if heard:
                opponent.learn(made, photos, step)


def train(
    work: Path,
    minutes: float,
    model: EmbeddedModel,
    mapping: MappingNetwork,
    likeness: Identity,
    device: torch.device,
    start: int,
) -> None:
    """One stretch of training on the portraits in `work` and on pictures made on the way."""
    model.compute_in(fast_dtype(device))
    model.to(device)
    likeness = likeness.to(device)
    photos, held = (portraits.to(device) for portraits in read_portraits(work / "portraits"))
    targets = Targets(model, mapping.to(device), photos)

    def examples() -> tuple[Tensor, Tensor]:
        seen = targets.batch(BATCH if device.type == "cpu" else LARGE_BATCH)
        return seen, encoded(seen)

    @torch.no_grad()
    def encoded(photos: Tensor) -> Tensor:
        return model.w_encoder(photos)

    course = Course(model, examples, (held, encoded(held)), likeness.distance, start)
    course.train(work / "hyperinverter.pt", minutes, SmallHyperInverter(model.generator.own_kernels(), LAYERS))
