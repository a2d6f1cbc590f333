"""Projection into W or W+ (Karras et al., 2020): gradient descent to the code whose picture is closest to the photo.

As published: Adam with a learning rate that ramps up and down, and noise on the code that fades. Differences:
* The descent starts at the encoder's code instead of the average one, with noise in proportion to that code's standard
  deviation, so that a tenth of the published 1,000 steps is useful.
* The loss is L2 and LPIPS by AlexNet; the published one is LPIPS by VGG alone, which is more sensitive to colours.
* Noise maps are not optimized and need no regularization: the stored noise belongs to the generators' weights, and an
  inversion saves only codes and kernels.
"""

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from hyperstyle.inversion.hyperstyle import Model
from hyperstyle.inversion.step import Step
from hyperstyle.inversion.tuning import normal_like, render_view
from hyperstyle.networks.lpips import Target

LEARNING_RATE = 0.1
RAMP_UP, RAMP_DOWN = 0.05, 0.25  # shares of all steps
INITIAL_NOISE = 0.05  # share of the code's standard deviation
NOISE_RAMP = 0.75  # share of all steps in which the noise fades to 0


def invert(model: Model, photo: Tensor, steps: int = 1000) -> Iterator[Step]:
    """Return the steps of a projection into W of photos [N, 3, view.height, view.width] in [-1, 1]."""
    codes = encode(model, photo)
    return descend(model, photo, codes if codes.ndim == 2 else codes.mean(1), steps)


def invert_plus(model: Model, photo: Tensor, steps: int = 1000) -> Iterator[Step]:
    """Return the steps of a projection into W+, one code per style, of photos [N, 3, view.height, view.width]."""
    codes = encode(model, photo)
    plus = codes if codes.ndim == 3 else codes[:, None].expand(-1, model.generator.n_styles, -1)
    return descend(model, photo, plus, steps)


@torch.no_grad()
def encode(model: Model, photo: Tensor) -> Tensor:
    """Return the encoder's codes of photos, without gradients."""
    return model.encode(photo)


@torch.enable_grad()
def descend(model: Model, photo: Tensor, start: Tensor, steps: int) -> Iterator[Step]:
    """Yield the picture of the codes `start`, [N, 512] or [N, n_styles, 512], then `steps` steps towards the photo.

    A step's codes include the noise that its picture was rendered with, which is 0 at the end.
    """
    clean = start.clone().requires_grad_()  # codes without noise
    optimizer = torch.optim.Adam([clean])
    noise = INITIAL_NOISE * start.std(-1, keepdim=True)
    kernels = {layer: kernel.detach() for layer, kernel in model.generator.kernels().items()}
    codes, target = clean, Target.of(photo, model.lpips)
    for index in range(steps + 1):
        picture = render_view(model, model.generator.styles(codes), kernels)
        yield Step(index, picture.detach(), codes.detach().clone(), {})
        if index == steps:
            return
        (clean.grad,) = torch.autograd.grad(target.distance(model.view.pool(picture)).sum(), [clean])
        optimizer.param_groups[0]["lr"] = LEARNING_RATE * ramp((index + 0.5) / steps)
        optimizer.step()
        fading = max(0.0, 1 - (index + 1) / steps / NOISE_RAMP) ** 2
        codes = clean + fading * noise * normal_like(clean)


def ramp(done: float) -> float:
    """Return the learning rate, as a share of the highest, after a share `done` of all steps."""
    down = min(1.0, (1 - done) / RAMP_DOWN)
    return (0.5 - 0.5 * math.cos(math.pi * down)) * min(1.0, done / RAMP_UP)
