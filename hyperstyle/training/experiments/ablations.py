"""What of HyperStyle's design matters, asked of the embedded generator: one variant after the other, the same budget.

The variants are small hypernetworks in the paper's form, which learn from the preview of 64 pixels; all are trained on
the same photos with the same codes by L2 and LPIPS alone.
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
from hyperstyle.inversion.hyperstyle import add_offsets
from hyperstyle.networks.embedded_model import EmbeddedModel
from hyperstyle.networks.generator import Offsets
from hyperstyle.networks.refiner import STEPS
from hyperstyle.training.core.budget import Budget, Clock
from hyperstyle.training.core.loop import Stateful, update
from hyperstyle.training.core.previews import figures, shown, side
from hyperstyle.training.experiments.encoded_photos import Coded, coded
from hyperstyle.training.experiments.pairwise_hypernetwork import PairwiseHyperNetwork

BATCH = 8
RATE = 1e-3
COARSE, MEDIUM, FINE = (0, 1, 2), (3, 4), (5, 6)  # layers up to 8 pixels, of 16, and of 32, the last the preview shows


@dataclass(frozen=True)
class Variant:
    """A hypernetwork to try."""

    name: str
    """Of its files."""
    title: str
    layers: tuple[int, ...] = MEDIUM + FINE
    shared: bool = True
    """Whether layers with 512 channels on both sides share a head."""
    separable: bool = False
    """Whether a head that is not shared answers two vectors instead of every pair of channels."""
    steps: int = STEPS
    """How many refinements of a photo it is trained on."""
    seed: int = 0

    def network(self) -> PairwiseHyperNetwork:
        """The network, untrained."""
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
    """What came of a variant."""

    updates: int
    minutes: float
    """Of a processor core."""
    parameters: int
    figures: list[tuple[float, float]]
    """L2 and LPIPS on the held-out photos: of the first picture, and after 1 to 5 refinements."""


@dataclass(frozen=True)
class Course:
    """What all variants share."""

    model: EmbeddedModel
    """Its head is the preview that is learnt from."""
    coded: Coded
    held: Tensor
    """Photos [N, 3, 128, 128] in [-1, 1] that nothing is trained on."""
    folder: Path
    updates: int
    """The budget of each variant."""
    minutes: float
    """How long a variant may take in this stretch."""

    def wanted(self, photos: Tensor) -> Tensor:
        """Photos at the size of the preview."""
        return F.adaptive_avg_pool2d(photos, side(self.model))

    def refined(self, network: PairwiseHyperNetwork, photos: Tensor, codes: Tensor) -> Iterator[Tensor]:
        """The first picture [N, 3, S, S] of codes [N, 512], and then every refinement's.

        Gradients of a picture reach what the network added last, and no further back.
        """
        offsets: Offsets = {}
        picture = shown(self.model, codes, self.model.generator.own_kernels())
        while True:
            yield picture
            with low_precision(photos.device, enabled=network.training):
                changes = network(photos, picture.detach())
            moved = add_offsets(offsets, changes)
            picture = shown(self.model, codes, self.model.generator.kernels(moved))
            offsets = {layer: offset.detach() for layer, offset in moved.items()}

    def lessons(self, network: PairwiseHyperNetwork, variant: Variant, first: int) -> Iterator[Tensor]:
        """How far refined pictures are from their photos, [N], without end; `first` is the number of the first one."""
        chance = random.Random(f"{variant.seed} {first}")  # noqa: S311 - shuffling, not secrets
        while True:
            photos, codes = (part.to(self.held.device) for part in self.coded.batch(BATCH, chance))
            for picture in islice(self.refined(network, photos, codes), 1, 1 + variant.steps):
                yield self.model.distance(picture, self.wanted(photos))

    @torch.no_grad()
    def examine(self, network: PairwiseHyperNetwork) -> list[tuple[float, float]]:
        """L2 and LPIPS on the held-out photos, as in `Result`."""
        pictures = islice(self.refined(network, self.held, self.model.w_encoder(self.held)), 1 + STEPS)
        return [figures(self.model, picture, self.wanted(self.held)) for picture in pictures]

    def file(self, variant: Variant) -> Path:
        """Where the result of a variant is kept."""
        return self.folder / f"{variant.name}-{self.updates}.json"

    def train(self, variant: Variant) -> None:
        """One stretch of training; once the budget is spent, the result is there."""
        network = variant.network().to(self.held.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        average = copy.deepcopy(network).eval().requires_grad_(False)
        optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=1e-2, fused=True)
        clock = Clock()

        def report(step: int) -> None:
            found = self.examine(average)
            by_step = " ".join(f"{l2:.4f}/{lpips:.3f}" for l2, lpips in found)
            print(f"{variant.name}, step {step}: held out, L2/LPIPS by step: {by_step}", flush=True)
            if step >= self.updates:
                size = sum(parameter.numel() for parameter in network.parameters())
                result = Result(step, clock.seconds / 60, size, found)
                write_text(self.file(variant), json.dumps(asdict(result)))

        parts: dict[str, Stateful] = {"network": network, "average": average, "optimizer": optimizer, "clock": clock}
        budget = Budget(self.file(variant).with_suffix(".pt"), parts, self.minutes, report, total=self.updates)
        lessons: Iterator[Tensor] | None = None
        for step in budget.steps(optimizer):
            lessons = lessons or self.lessons(network, variant, step)
            next(lessons).mean().backward()
            update(network, average, optimizer, step, memory=0.99)

    def result(self, variant: Variant) -> Result | None:
        """What came of a variant, if its budget is spent."""
        file = self.file(variant)
        return Result(**json.loads(file.read_text(encoding="utf-8"))) if file.exists() else None


def course(work: Path, model: EmbeddedModel, updates: int, minutes: float, device: torch.device) -> Course:
    """What is needed to train variants on the photos in `work`; `model` sees through its own preview."""
    model.compute_in(fast_dtype(device))
    photos, held = coded(work, model.w_encoder)
    return Course(model.to(device), photos, held.to(device), work / "ablations", updates, minutes)
