"""Trains HyperInverter on the embedded generator: offsets that are added to the kernels, predicted in one pass.

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
from hyperstyle.metrics.arcface import ArcFaceNetwork
from hyperstyle.networks.embedded_model import EmbeddedModel
from hyperstyle.networks.feedback_model import Distance
from hyperstyle.networks.mobile_stylegan import MappingNetwork
from hyperstyle.training.core.generated_pictures import save_grid
from hyperstyle.training.core.loop import Stateful, TrainingRun, update
from hyperstyle.training.core.portraits import read_portraits
from hyperstyle.training.core.previews import mean_l2_lpips, preview_size, render_previews
from hyperstyle.training.experiments.discriminator import Discriminator
from hyperstyle.training.experiments.small_hyperinverter import SmallHyperInverter
from hyperstyle.training.faces.hypernetwork_training import BATCH, LARGE_BATCH, LIKENESS, Targets

LAYERS = range(11)  # all layers in front of the preview head of 256 pixels
RATE = 1e-4  # learning rate of both networks; this value and the next three are the paper's
ADVERSARIAL_WEIGHT = 0.005
R1_WEIGHT = 10.0  # of the gradient penalty on photos (R1, Mescheder et al., 2018)
R1_INTERVAL = 16  # steps between penalties
START = 20_000  # step from which the adversarial loss counts: the other losses have nearly converged by then

Examples = Callable[[], tuple[Tensor, Tensor]]
"""Draws a batch of photos [N, 3, S, S] in [-1, 1], S the preview's side, and their codes [N, 512]."""


class DiscriminatorTrainer:
    """The discriminator, its optimizer and its losses."""

    def __init__(self, size: int) -> None:
        self.network = Discriminator(size)
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=RATE, betas=(0.0, 0.99))

    def generator_loss(self, pictures: Tensor) -> Tensor:
        """Return the non-saturating loss softplus(-logit) of pictures [N, 3, S, S], [N]."""
        return F.softplus(-self.network(pictures))

    def train_step(self, pictures: Tensor, photos: Tensor, step: int) -> None:
        """Train the discriminator for one step to tell pictures from photos, both [N, 3, S, S]."""
        self.optimizer.zero_grad(set_to_none=True)  # drop the gradients of `generator_loss`
        loss = (F.softplus(self.network(pictures.detach())) + self.generator_loss(photos)).mean()
        if step % R1_INTERVAL == 0:
            seen = photos.detach().requires_grad_()
            gradient = torch.autograd.grad(self.network(seen).sum(), seen, create_graph=True)[0]
            loss = loss + R1_INTERVAL * R1_WEIGHT / 2 * gradient.square().sum((1, 2, 3)).mean()
        loss.backward()
        self.optimizer.step()


@dataclass(frozen=True)
class HyperInverterTraining:
    """Model, data, losses and schedule of the training."""

    model: EmbeddedModel
    examples: Examples
    held: tuple[Tensor, Tensor]
    """Held-out photos [N, 3, S, S] and their codes [N, 512]."""
    likeness: Distance
    """Identity loss."""
    start: int = START
    """Step from which the adversarial loss counts."""
    rate: float = RATE
    save_every: float = 600.0
    """Seconds between checkpoints."""

    def pictures(self, network: SmallHyperInverter, photos: Tensor, codes: Tensor) -> tuple[Tensor, Tensor]:
        """Return the pictures [N, 3, S, S] of codes [N, 512], before and after the network changes the kernels."""
        own = self.model.generator.own_kernels()
        with torch.no_grad():
            first = render_previews(self.model, codes, own)
        with low_precision(photos.device, enabled=network.training):
            changes = network(photos, first)
        return first, render_previews(
            self.model, codes, own | {layer: own[layer] + change for layer, change in changes.items()}
        )

    def train(self, checkpoint: Path, minutes: float, network: SmallHyperInverter) -> None:
        """Train `network` for `minutes`, resuming from the checkpoint."""
        held, held_codes = self.held
        network.to(held.device)
        average = copy.deepcopy(network).eval().requires_grad_(False)
        optimizer = torch.optim.Adam(network.parameters(), lr=self.rate)
        adversary = DiscriminatorTrainer(preview_size(self.model))
        adversary.network.to(held.device)

        @torch.no_grad()
        def report(step: int) -> None:
            first, second = self.pictures(average, held, held_codes)
            before, after = ("{:.4f}/{:.3f}".format(*mean_l2_lpips(self.model, seen, held)) for seen in (first, second))
            line = f"step {step}: held out, L2/LPIPS {before} -> {after}"
            if step > self.start:
                verdicts = (adversary.network(seen).mean() for seen in (held, second))
                line += ", discriminator on photos {:.2f}, on pictures {:.2f}".format(*verdicts)
            print(line, flush=True)
            rows = zip(held, first, second, strict=True)
            save_grid(checkpoint.with_suffix(".png"), [torch.cat(row, 1)[None] for row in rows])

        parts: dict[str, Stateful] = {
            "network": network,
            "average": average,
            "optimizer": optimizer,
            "discriminator": adversary.network,
            "discriminator's optimizer": adversary.optimizer,
        }
        for step in TrainingRun(checkpoint, parts, minutes, report, self.save_every).steps(optimizer):
            photos, codes = self.examples()
            _, made = self.pictures(network, photos, codes)
            loss = self.model.distance(made, photos) + LIKENESS * self.likeness(made, photos)
            if adversarial := step >= self.start:
                loss = loss + ADVERSARIAL_WEIGHT * adversary.generator_loss(made)
            loss.mean().backward()
            update(network, average, optimizer, step)
            if adversarial:
                adversary.train_step(made, photos, step)


def train(
    work: Path,
    minutes: float,
    model: EmbeddedModel,
    mapping: MappingNetwork,
    likeness: ArcFaceNetwork,
    device: torch.device,
    start: int,
) -> None:
    """Train for `minutes` on the portraits in `work` and on rendered pictures."""
    model.compute_in(fast_dtype(device))
    model.to(device)
    likeness = likeness.to(device)
    photos, held = (portraits.to(device) for portraits in read_portraits(work / "portraits"))
    targets = Targets(model, mapping.to(device), photos)

    def examples() -> tuple[Tensor, Tensor]:
        seen = targets.batch(BATCH if device.type == "cpu" else LARGE_BATCH)
        return seen, encode(seen)

    @torch.no_grad()
    def encode(photos: Tensor) -> Tensor:
        return model.w_encoder(photos)

    training = HyperInverterTraining(model, examples, (held, encode(held)), likeness.distance, start)
    training.train(work / "hyperinverter.pt", minutes, SmallHyperInverter(model.generator.own_kernels(), LAYERS))
