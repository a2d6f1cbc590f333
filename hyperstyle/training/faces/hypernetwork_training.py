"""Trains the hypernetwork: every refinement is to bring the picture nearer to the photo."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from hyperstyle.device import fast_dtype, low_precision
from hyperstyle.metrics.arcface import ArcFaceNetwork
from hyperstyle.networks.embedded_model import EmbeddedModel
from hyperstyle.networks.feedback import STEPS, Feedback, RefinerInput
from hyperstyle.networks.feedback_model import Distance, FeedbackModel, chunks
from hyperstyle.networks.generator import Offsets, add_offsets
from hyperstyle.networks.mobile_stylegan import MappingNetwork
from hyperstyle.networks.preview_head import preview
from hyperstyle.networks.refiner import Refiner
from hyperstyle.training.core.augmentation import photometric_jitter, random_flip
from hyperstyle.training.core.generated_pictures import save_grid
from hyperstyle.training.core.loop import Stateful, TrainingRun, update
from hyperstyle.training.core.portraits import read_portraits

CHECKPOINT = "hypernet.pt"
BATCH, LARGE_BATCH = 4, 32  # on CPU and on CUDA
CORRECTIONS = 2  # gradient steps on the first code: fewer than for users save time and make starts more varied
LIKENESS = 0.1  # weight of the identity loss beside L2 and LPIPS, as in the paper
OFFSET_SCALE = 0.1  # standard deviation of the random offsets


@dataclass(frozen=True)
class Targets:
    """Source of the pictures that the hypernetwork learns to reconstruct."""

    model: EmbeddedModel
    mapping: MappingNetwork
    photos: Tensor
    """[N, 3, 256, 256] in [-1, 1]."""

    def batch(self, size: int) -> Tensor:
        """Return augmented pictures [size, 3, 256, 256] in [-1, 1]: half portraits, half by kernels with noise."""
        device = self.photos.device
        real = photometric_jitter(
            random_flip(self.photos[torch.randint(len(self.photos), (size // 2,), device=device)])
        )
        made = self.perturbed_pictures(self.mapping(torch.randn(size - size // 2, 512, device=device), 0.8))
        return torch.cat((real, photometric_jitter(made)))

    @torch.no_grad()
    def perturbed_pictures(self, codes: Tensor) -> Tensor:
        """Render pictures [N, 3, 256, 256] that no code in W gives: two codes mixed, kernels with random offsets.

        Coarse styles take one of `codes` [N, 512], fine styles the next; offsets are random matrices of rank 8.
        """
        generator = self.model.generator
        start = torch.randint(1, generator.n_styles, (len(codes), 1, 1), device=codes.device)
        style = torch.arange(generator.n_styles, device=codes.device)[:, None]
        codes = torch.where(style < start, codes[:, None], codes.roll(1, 0)[:, None])
        offsets = {}
        for layer in self.model.hypernetwork.layers:
            out, inputs = generator.own_kernels()[layer].shape[:2]
            left = torch.randn(len(codes), out, 8, device=codes.device)
            right = torch.randn(len(codes), 8, inputs, device=codes.device)
            offsets[layer] = (OFFSET_SCALE * 8**-0.5 * left @ right)[..., None, None]
        return preview(generator, self.model.head, codes, generator.kernels(offsets)).clamp(-1, 1)


@dataclass(frozen=True)
class Refinement:
    """Result of one refinement."""

    changes: Offsets
    """Offsets [N, out, in, 1, 1] per layer that the hypernetwork added in this step; empty for the first picture."""
    offsets: Offsets
    """Sum of all changes so far, without gradients."""
    state: RefinerInput
    """Picture, distance and gradients with these offsets: the input of the next refinement."""


def refinements(
    model: FeedbackModel, network: Feedback, photo: Tensor, codes: Tensor, real: bool, last: Distance | None = None
) -> Iterator[Refinement]:
    """Yield the first picture of codes [N, 512], then `STEPS` refinements towards photos [N, 3, 256, 256].

    No gradient flows from one refinement into another. With `real`, the generator's full pictures are compared with
    the photos, as when inverting; without, its previews, in half the time. `last` is added to the distance of the
    last refinement.
    """
    target, usual = model.target(photo), model.usual_features(codes) if real else None

    def input_at(offsets: Offsets, distance: Distance | None = None) -> RefinerInput:
        nearby = model.nearby(render_full(model, codes, offsets)) if real else None
        return model.refiner_input(target, codes, offsets, nearby, usual, distance)

    offsets: Offsets = {}
    memory: Offsets | None = None
    state = input_at(offsets)
    yield Refinement({}, offsets, state)
    for index in range(STEPS):
        with low_precision(photo.device, enabled=network.training):
            changes, memory = network(photo, state, model.generator.own_kernels(), index, memory)
        offsets = add_offsets(offsets, {layer: change.detach() for layer, change in changes.items()})
        state = input_at(offsets, last if index == STEPS - 1 else None)
        yield Refinement(changes, offsets, state)


@torch.no_grad()
def render_full(model: FeedbackModel, codes: Tensor, offsets: Offsets) -> Tensor:
    """Render full pictures [N, 3, H, W] of codes [N, 512] with offsets."""
    pictures = []
    for part in chunks(len(codes), codes.device):
        moved = {layer: change[part] for layer, change in offsets.items()}
        pictures.append(model.generator(codes[part], moved))
    return torch.cat(pictures)


def backward(
    model: FeedbackModel, network: Feedback, photo: Tensor, likeness: Distance | None = None, real: bool = False
) -> None:
    """Refine photos [N, 3, 256, 256] and accumulate the gradients of all steps' distances in `network`.

    `RefinerInput.gradients` holds the gradient with respect to the kernels, from which backpropagation into the
    network starts: d loss / d change = kernel * d distance / d kernel. `likeness`, an identity loss, counts in the
    last step only: its gradient must not become an input of the network, because users have no identity network.
    """
    own = model.generator.own_kernels()
    for step in refinements(model, network, photo, model.encode(photo, CORRECTIONS), real, likeness):
        if changes := step.changes:
            upstream_gradients = [
                (own[layer].flatten(-3) * step.state.gradients[layer])[..., None, None] for layer in changes
            ]
            torch.autograd.backward(
                list(changes.values()), [part / (STEPS * len(photo)) for part in upstream_gradients]
            )


def train(
    work: Path,
    minutes: float,
    model: EmbeddedModel,
    mapping: MappingNetwork,
    likeness: ArcFaceNetwork,
    device: torch.device,
    real: bool = False,
) -> None:
    """Train for `minutes` on the portraits in `work` and on rendered pictures; `real` as in `refinements`."""
    batch = BATCH if device.type == "cpu" else LARGE_BATCH
    model.compute_in(fast_dtype(device))
    model.to(device)
    likeness = likeness.to(device)
    photos, held = (portraits.to(device) for portraits in read_portraits(work / "portraits"))
    targets = Targets(model, mapping.to(device), photos)
    refiner = copy.deepcopy(model.hypernetwork).train().requires_grad_(True)
    average = model.hypernetwork
    optimizer = torch.optim.AdamW(parameter_groups(refiner), lr=5e-4, weight_decay=1e-2)

    def weighted_identity(pictures: Tensor, photos: Tensor) -> Tensor:
        return LIKENESS * likeness.distance(pictures, photos)

    @torch.no_grad()
    def report(step: int) -> None:
        seen = [step.state for step in refinements(model, average, held, model.encode(held), real)]
        figures = [f"{F.mse_loss(s.picture, held):.4f}/{model.lpips(s.picture, held).mean():.3f}" for s in seen]
        print(f"step {step}: held out, L2/LPIPS by step: {' '.join(figures)}", flush=True)
        rows = zip(held, *(state.picture for state in seen), strict=True)
        save_grid(work / "hypernet.png", [torch.cat(row, 1)[None] for row in rows])

    parts: dict[str, Stateful] = {"refiner": refiner, "average": average, "optimizer": optimizer}
    for step in TrainingRun(work / CHECKPOINT, parts, minutes, report).steps(optimizer):
        backward(model, refiner, targets.batch(batch), weighted_identity, real)
        update(refiner, average, optimizer, step, memory=0.998)


def parameter_groups(refiner: Refiner) -> list[dict[str, object]]:
    """Return parameter groups for AdamW: step sizes and damping, kept as logarithms, get no weight decay."""
    lengths = [refiner.strides, refiner.damping]
    rest = [parameter for parameter in refiner.parameters() if all(parameter is not length for length in lengths)]
    return [{"params": rest}, {"params": lengths, "weight_decay": 0.0, "lr": 5e-3}]
