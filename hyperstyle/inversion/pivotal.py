"""Pivotal tuning, PTI (Roich et al., 2021): a code found by projection into W, then all kernels tuned around it.

As published: nine steps of projection for every seven of tuning, Adam, L2 and LPIPS of equal weight, and a locality
regularization that keeps the pictures of other codes unchanged. Differences:
* Only kernels are tuned, because an inversion saves nothing else.
* With fewer than 350 steps of tuning the learning rate rises in proportion, up to `MAX_LEARNING_RATE`.
* The locality regularization, which costs more than a step, is applied every `LOCALITY_INTERVAL` steps.
"""

from collections.abc import Iterator

import torch
from torch import Tensor

from hyperstyle.inversion import projection
from hyperstyle.inversion.hyperstyle import Model
from hyperstyle.inversion.step import Step
from hyperstyle.inversion.tuning import kernels_for, normal_like, offsets_to, render_view
from hyperstyle.networks.generator import Kernels

PROJECTION = 450 / 800  # share of all steps that projection takes
LEARNING_RATE, PAPER_STEPS = 3e-4, 350  # of Adam, for kernels of root mean square 1; steps of tuning it is meant for
MAX_LEARNING_RATE = 3e-3  # above it the picture oscillates
LOCALITY_WEIGHT = 0.1
LOCALITY_DISTANCE = 7.0  # of other codes from the pivot; published as 30 for 18 codes together: 30 / sqrt(18) = 7
LOCALITY_INTERVAL = 4  # steps of tuning


def invert(model: Model, photo: Tensor, steps: int = 800) -> Iterator[Step]:
    """Yield the steps of projection, then of tuning, of photos [N, 3, view.height, view.width] in [-1, 1]."""
    for pivot in projection.invert(model, photo, round(PROJECTION * steps)):
        yield pivot
    yield from tune(model, photo, pivot, steps - pivot.index)


@torch.enable_grad()
def tune(model: Model, photo: Tensor, pivot: Step, steps: int) -> Iterator[Step]:
    """Yield `steps` steps of tuning around the code of the step `pivot`, whose offsets are not used."""
    generator = model.generator
    original = kernels_for(generator, len(photo))
    rms = {layer: kernel[0].square().mean().sqrt() for layer, kernel in original.items()}
    changes = {layer: torch.zeros_like(kernel, requires_grad=True) for layer, kernel in original.items()}
    learning_rate = min(LEARNING_RATE * max(PAPER_STEPS / max(steps, 1), 1), MAX_LEARNING_RATE)
    optimizer = torch.optim.Adam(changes.values(), lr=learning_rate)
    styles = [style.detach() for style in generator.styles(pivot.codes)]

    def tuned_kernels() -> dict[int, Tensor]:
        return {layer: kernel + rms[layer] * changes[layer] for layer, kernel in original.items()}

    tuned = tuned_kernels()
    picture = render_view(model, styles, tuned)
    for index in range(1, steps + 1):
        loss = reconstruction_loss(model, picture, photo)
        if index % LOCALITY_INTERVAL == 0:
            loss = loss + LOCALITY_WEIGHT * locality_loss(model, pivot.codes, original, tuned)
        for change, gradient in zip(changes.values(), torch.autograd.grad(loss, list(changes.values())), strict=True):
            change.grad = gradient
        optimizer.step()
        tuned = tuned_kernels()
        picture = render_view(model, styles, tuned)
        offsets = offsets_to(generator, tuned)
        yield Step(pivot.index + index, picture.detach(), pivot.codes, offsets)


def reconstruction_loss(model: Model, picture: Tensor, photo: Tensor) -> Tensor:
    """Return L2 + LPIPS of cropped pictures [N, 3, H, W] and photos [N, 3, view.height, view.width], summed over N."""
    pooled = model.view.pool(picture)
    return ((pooled - photo).square().mean((1, 2, 3)) + model.lpips(pooled, photo)).sum()


def locality_loss(model: Model, pivots: Tensor, original: Kernels, tuned: Kernels) -> Tensor:
    """Return how far tuning changes the pictures of random codes `LOCALITY_DISTANCE` from the pivots [N, 512]."""
    with torch.no_grad():
        direction = model.mapping(normal_like(pivots)) - pivots
        codes = pivots + LOCALITY_DISTANCE * direction / direction.norm(dim=1, keepdim=True)
        styles = model.generator.styles(codes)
        before = model.view.pool(render_view(model, styles, original))
    return reconstruction_loss(model, render_view(model, styles, tuned), before)
