"""Projection into W or W+ (Karras et al., 2020): the code whose picture is closest to the photo, by descent.

As published: Adam with a learning rate that ramps up and down, and noise on the code that fades. Different from it:
* The descent starts at the encoder's code instead of the average one, and the noise is measured by that code's own
  spread, so that a tenth of the published 1,000 steps leads somewhere.
* The distance is L2 beside LPIPS by AlexNet; the published one is LPIPS by VGG alone, which feels colours better.
* The noise maps are not optimized, so they need no regularization: both of our generators carry stored noise that is
  part of their weights, and an inversion keeps codes and kernels alone.
"""

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from hyperstyle.inversion.hyperstyle import Model
from hyperstyle.inversion.step import Step
from hyperstyle.inversion.tuning import distance, drawn, normal_like

RATE = 0.1
RAMP_UP, RAMP_DOWN = 0.05, 0.25  # shares of all steps
NOISE = 0.05  # at the start, as a share of the code's spread
NOISY = 0.75  # share of all steps in which noise fades to nothing


def invert(model: Model, photo: Tensor, steps: int = 1000) -> Iterator[Step]:
    """Projection into W of photos [N, 3, height, width] of the view in [-1, 1]."""
    codes = encoded(model, photo)
    return descend(model, photo, codes if codes.ndim == 2 else codes.mean(1), steps)


def invert_plus(model: Model, photo: Tensor, steps: int = 1000) -> Iterator[Step]:
    """Projection into W+, where every layer's code moves on its own; the rest as for `invert`."""
    codes = encoded(model, photo)
    plus = codes if codes.ndim == 3 else codes[:, None].expand(-1, model.generator.n_styles, -1)
    return descend(model, photo, plus, steps)


@torch.no_grad()
def encoded(model: Model, photo: Tensor) -> Tensor:
    """Where the descent starts."""
    return model.encode(photo)


@torch.enable_grad()
def descend(model: Model, photo: Tensor, start: Tensor, steps: int) -> Iterator[Step]:
    """The picture of the codes `start` [N, 512] or [N, n_styles, 512], then one step after the other towards the photo.

    A step's codes have the noise that its picture was drawn with; the last ones have none.
    """
    found = start.clone().requires_grad_()
    optimizer = torch.optim.Adam([found])
    spread = NOISE * start.std(-1, keepdim=True)
    kernels = {layer: kernel.detach() for layer, kernel in model.generator.kernels().items()}
    codes = found
    for index in range(steps + 1):
        picture = drawn(model, model.generator.styles(codes), kernels)
        yield Step(index, picture.detach(), codes.detach().clone(), {})
        if index == steps:
            return
        (found.grad,) = torch.autograd.grad(distance(model, picture, photo).sum(), [found])
        optimizer.param_groups[0]["lr"] = RATE * ramp((index + 0.5) / steps)
        optimizer.step()
        fading = max(0.0, 1 - (index + 1) / steps / NOISY) ** 2
        codes = found + fading * spread * normal_like(found)


def ramp(done: float) -> float:
    """The learning rate, as a share of the highest, when a share `done` of the steps is done."""
    down = min(1.0, (1 - done) / RAMP_DOWN)
    return (0.5 - 0.5 * math.cos(math.pi * down)) * min(1.0, done / RAMP_UP)
