"""Ablation study of HyperStyle's design on the embedded generator: variants of it, each trained on the same budget.

The variants are small hypernetworks of the paper's form. All are trained on the same photos and codes, by L2 and LPIPS
of previews of 64 pixels.
"""

import copy
import json
import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from hyperstyle.device import fast_dtype, low_precision
from hyperstyle.files import write_text
from hyperstyle.networks.embedded_model import EmbeddedModel
from hyperstyle.networks.feedback import STEPS
from hyperstyle.networks.generator import Offsets, add_offsets
from hyperstyle.training.core.budget import CpuClock, StepLimitedRun
from hyperstyle.training.core.loop import Stateful, update
from hyperstyle.training.core.previews import mean_l2_lpips, preview_size, render_previews
from hyperstyle.training.experiments.encoded_photos import EncodedPhotos, encode_photos
from hyperstyle.training.experiments.pairwise_hypernetwork import PairwiseHyperNetwork

BATCH = 8
RATE = 1e-3
COARSE, MEDIUM, FINE = (
    (0, 1, 2),
    (3, 4),
    (5, 6),
)  # layers up to 8, of 16 and of 32 pixels; the preview has no finer ones


@dataclass(frozen=True)
class Variant:
    """Design of a hypernetwork."""

    name: str
    """Name of its files."""
    title: str
    layers: tuple[int, ...] = MEDIUM + FINE
    """Layers whose kernels it changes."""
    shared: bool = True
    """Layers with 512 input and 512 output channels share one head."""
    separable: bool = False
    """Heads that are not shared predict offsets of rank 1, as a product of two vectors."""
    steps: int = STEPS
    """Refinements per photo during training."""
    seed: int = 0

    def network(self) -> PairwiseHyperNetwork:
        """Return the network, untrained."""
        torch.manual_seed(self.seed)
        return PairwiseHyperNetwork(self.layers, self.shared, self.separable)


VARIANTS = (
    Variant("base", "base: medium and fine, shared heads, channel pairs, 5 refinements"),
    Variant("base-1", "base, another seed", seed=1),
    Variant("all", "all layers", COARSE + MEDIUM + FINE),
    Variant("fine", "fine layers alone", FINE),
    Variant("own", "no shared heads", shared=False),
    Variant("separable", "separable where not shared", separable=True),
    Variant("all-separable", "separable everywhere", shared=False, separable=True),
    Variant("one-pass", "trained on one pass", steps=1),
    Variant("three", "trained on 3 refinements", steps=3),
)


@dataclass(frozen=True)
class Result:
    """Result of a trained variant."""

    updates: int
    """Training steps."""
    minutes: float
    """CPU time."""
    parameters: int
    figures: list[tuple[float, float]]
    """L2 and LPIPS on the held-out photos, for the first picture and after 1 to 5 refinements."""


@dataclass(frozen=True)
class AblationTraining:
    """Data, models and budget that all variants share, and their training."""

    model: EmbeddedModel
    """Embedded model whose preview head renders the training pictures."""
    photos: EncodedPhotos
    held: Tensor
    """Held-out photos, [N, 3, 128, 128] in [-1, 1]."""
    folder: Path
    """Folder of checkpoints and results."""
    updates: int
    """Training steps of each variant."""
    minutes: float
    """Time limit of one run of a variant."""

    def target(self, photos: Tensor) -> Tensor:
        """Return photos [N, 3, 128, 128] at the size of the preview, [N, 3, S, S]."""
        return F.adaptive_avg_pool2d(photos, preview_size(self.model))

    def refinements(self, network: PairwiseHyperNetwork, photos: Tensor, codes: Tensor) -> Iterator[Tensor]:
        """Yield the first picture [N, 3, S, S] of codes [N, 512], then the picture of every refinement, without end.

        The gradient of a picture reaches only the offsets that the network added last.
        """
        offsets: Offsets = {}
        picture = render_previews(self.model, codes, self.model.generator.own_kernels())
        while True:
            yield picture
            with low_precision(photos.device, enabled=network.training):
                changes = network(photos, picture.detach())
            moved = add_offsets(offsets, changes)
            picture = render_previews(self.model, codes, self.model.generator.kernels(moved))
            offsets = {layer: offset.detach() for layer, offset in moved.items()}

    def losses(self, network: PairwiseHyperNetwork, variant: Variant, first: int) -> Iterator[Tensor]:
        """Yield the distances [N] of refined pictures from their photos, one per training step from `first` on."""
        chance = random.Random(f"{variant.seed} {first}")  # noqa: S311 - shuffling, not secrets
        while True:
            photos, codes = (part.to(self.held.device) for part in self.photos.batch(BATCH, chance))
            for picture in islice(self.refinements(network, photos, codes), 1, 1 + variant.steps):
                yield self.model.distance(picture, self.target(photos))

    @torch.no_grad()
    def evaluate(self, network: PairwiseHyperNetwork) -> list[tuple[float, float]]:
        """Return L2 and LPIPS on the held-out photos, for the first picture and after each refinement."""
        pictures = islice(self.refinements(network, self.held, self.model.w_encoder(self.held)), 1 + STEPS)
        return [mean_l2_lpips(self.model, picture, self.target(self.held)) for picture in pictures]

    def file(self, variant: Variant) -> Path:
        """Return the path of a variant's result."""
        return self.folder / f"{variant.name}-{self.updates}.json"

    def train(self, variant: Variant) -> None:
        """Train a variant for at most `minutes`; write its result once it has had all its `updates`."""
        network = variant.network().to(self.held.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        average = copy.deepcopy(network).eval().requires_grad_(False)
        optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=1e-2, fused=True)
        clock = CpuClock()

        def report(step: int) -> None:
            found = self.evaluate(average)
            by_step = " ".join(f"{l2:.4f}/{lpips:.3f}" for l2, lpips in found)
            print(f"{variant.name}, step {step}: held out, L2/LPIPS by step: {by_step}", flush=True)
            if step >= self.updates:
                size = sum(parameter.numel() for parameter in network.parameters())
                result = Result(step, clock.seconds / 60, size, found)
                write_text(self.file(variant), json.dumps(asdict(result)))

        parts: dict[str, Stateful] = {"network": network, "average": average, "optimizer": optimizer, "clock": clock}
        budget = StepLimitedRun(self.file(variant).with_suffix(".pt"), parts, self.minutes, report, total=self.updates)
        losses: Iterator[Tensor] | None = None
        for step in budget.steps(optimizer):
            losses = losses or self.losses(network, variant, step)
            next(losses).mean().backward()
            update(network, average, optimizer, step, memory=0.99)

    def result(self, variant: Variant) -> Result | None:
        """Return the result of a variant; None until its training is complete."""
        file = self.file(variant)
        return Result(**json.loads(file.read_text(encoding="utf-8"))) if file.exists() else None


def prepare_training(
    work: Path, model: EmbeddedModel, updates: int, minutes: float, device: torch.device
) -> AblationTraining:
    """Prepare the training of variants on the photos in `work`, with previews by the head of `model`."""
    model.compute_in(fast_dtype(device))
    photos, held = encode_photos(work, model.w_encoder)
    return AblationTraining(model.to(device), photos, held.to(device), work / "ablations", updates, minutes)
