"""Pivotal tuning, PTI (Roich et al., 2021): a code found by projection into W, then all kernels tuned around it.

As published: nine steps of projection to seven of tuning, Adam, L2 and LPIPS of equal weight, and pictures of other
codes are held still. Different from it: kernels alone move, which is what an inversion keeps; the way that 350 steps
of tuning would walk is walked in as many as there are, each longer in turn; and other codes are looked at every few
steps alone, since one look costs more than a step.
"""

from collections.abc import Iterator

import torch
from torch import Tensor

from hyperstyle.inversion import projection
from hyperstyle.inversion.hyperstyle import Model
from hyperstyle.inversion.step import Step
from hyperstyle.inversion.tuning import drawn, kernels_for, normal_like, offsets_to
from hyperstyle.networks.generator import Kernels

PROJECTION = 450 / 800  # share of all steps
RATE, STEPS = 3e-4, 350  # of Adam, for kernels whose usual size is 1, and steps of tuning that it is meant for
LARGEST_RATE = 3e-3  # beyond it the picture jumps about
LOCALITY = 0.1  # weight of what other codes make
AWAY = 7.0  # from the pivot, where other codes are taken: published as 30 for 18 codes together
EVERY = 4  # steps of tuning


def invert(model: Model, photo: Tensor, steps: int = 800) -> Iterator[Step]:
    """Projection, then tuning, of photos [N, 3, height, width] of the view in [-1, 1]."""
    for pivot in projection.invert(model, photo, round(PROJECTION * steps)):
        yield pivot
    yield from tune(model, photo, pivot, steps - pivot.index)


@torch.enable_grad()
def tune(model: Model, photo: Tensor, pivot: Step, steps: int) -> Iterator[Step]:
    """As many steps of tuning around the code of the step `pivot`, whose offsets are not used."""
    generator = model.generator
    own = kernels_for(generator, len(photo))
    sizes = {layer: kernel[0].square().mean().sqrt() for layer, kernel in own.items()}
    changes = {layer: torch.zeros_like(kernel, requires_grad=True) for layer, kernel in own.items()}
    optimizer = torch.optim.Adam(changes.values(), lr=min(RATE * max(STEPS / max(steps, 1), 1), LARGEST_RATE))
    styles = [style.detach() for style in generator.styles(pivot.codes)]

    def tuned() -> dict[int, Tensor]:
        return {layer: kernel + sizes[layer] * changes[layer] for layer, kernel in own.items()}

    now = tuned()
    picture = drawn(model, styles, now)
    for index in range(1, steps + 1):
        loss = unlikeness(model, picture, photo)
        if index % EVERY == 0:
            loss = loss + LOCALITY * change_elsewhere(model, pivot.codes, own, now)
        for change, gradient in zip(changes.values(), torch.autograd.grad(loss, list(changes.values())), strict=True):
            change.grad = gradient
        optimizer.step()
        now = tuned()
        picture = drawn(model, styles, now)
        offsets = offsets_to(generator, now)
        yield Step(pivot.index + index, picture.detach(), pivot.codes, offsets)


def unlikeness(model: Model, picture: Tensor, photo: Tensor) -> Tensor:
    """L2 and LPIPS of cropped pictures against photos of the view, summed over all of them, each tuned on its own."""
    seen = model.view.pool(picture)
    return ((seen - photo).square().mean((1, 2, 3)) + model.lpips(seen, photo)).sum()


def change_elsewhere(model: Model, pivots: Tensor, own: Kernels, tuned: Kernels) -> Tensor:
    """How much tuning changes the pictures of other codes, some way from the pivots [N, 512]: locality."""
    with torch.no_grad():
        away = model.mapping(normal_like(pivots)) - pivots
        styles = model.generator.styles(pivots + AWAY * away / away.norm(dim=1, keepdim=True))
        before = model.view.pool(drawn(model, styles, own))
    return unlikeness(model, drawn(model, styles, tuned), before)
