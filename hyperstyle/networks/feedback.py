"""Feedback: the kernel change that the gradient of a picture's distance from the photo suggests, pass by pass.

Every pass takes a step along the preconditioned gradient of the kernels (`preconditioning.descent_directions`), with
momentum and with step sizes that were learned for each pass and layer.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from hyperstyle.device import full_precision
from hyperstyle.networks.generator import Offsets
from hyperstyle.networks.mobile_stylegan import BANDS, BLOCKS
from hyperstyle.networks.preconditioning import descent_directions

STEPS = 5  # passes with gains and step sizes of their own; later ones use the last
MOMENTUM = 0.5  # of the gradient step's direction, from one pass to the next
# Photos of faces stay far below; beyond, as with pure noise, refinements would diverge.
LARGEST_DISTANCE = 0.7  # from the photo, to which step sizes are proportional
FEED_HAAR = range(2, 2 * len(BLOCKS), 2)  # layers whose outputs the next block doubles by an inverse Haar transform
SOFTNESS = 0.3  # share of a kernel's mean square that keeps offsets bounded: see `relative_offset`
LAYERS = tuple(range(1, 11))  # the pointwise layers up to 128 pixels


@dataclass(frozen=True)
class RefinerInput:
    """The present picture, its distance from the photo, and the generator's layer inputs and kernel gradients."""

    picture: Tensor
    """Pictures [N, 3, 256, 256], RGB, about [-1, 1] and not clamped."""
    distance: Tensor
    """Distances [N] of pictures and photos, by `lpips.training_distance`."""
    layer_inputs: Sequence[Tensor]
    """Inputs [N, in, S, S] of the kernels of layers 1, 2, ..., from `MobileGenerator.features`."""
    gradients: Mapping[int, Tensor]
    """Layer index -> gradient [N, out, in] of the distance over the layer's kernel."""


def relative_offset(change: Tensor, kernel: Tensor) -> Tensor:
    """Return the offset d [N, out, in, 1, 1] with kernel * (1 + d) close to kernel + change [N, out, in].

    d = change * kernel / (kernel^2 + SOFTNESS * mean(kernel^2)) stays bounded where an entry of the kernel, [out, in]
    or [N, out, in], is near 0.
    """
    squares = kernel.square()
    floor = SOFTNESS * squares.mean((-2, -1), keepdim=True)
    return (change * kernel / (squares + floor))[..., None, None]


def without_constant_details(change: Tensor, inputs: Tensor) -> Tensor:
    """Return a kernel change [N, out, in] whose detail bands ignore the mean of `inputs` [N, in, S, S] over positions.

    The outputs are bands of the next block's inverse Haar transform, the first quarter averages. A detail band that is
    the same everywhere is a woven pattern all over the picture.
    """
    mean = F.normalize(inputs.flatten(2).mean(2), dim=1)
    averages = change.shape[1] // BANDS
    details = change[:, averages:]
    details = details - torch.einsum("noi,ni,nj->noj", details, mean, mean)
    return torch.cat((change[:, :averages], details), 1)


class Feedback(nn.Module):
    """The gradient step alone; a `Refiner` adds what its network predicts."""

    def __init__(self, layers: tuple[int, ...] = LAYERS) -> None:
        super().__init__()
        self.layers = layers
        self.strides = nn.Parameter(torch.full((STEPS, len(layers)), -4.2))  # logarithm of the step size

    def forward(
        self,
        photo: Tensor,
        state: RefinerInput,
        kernels: Mapping[int, Tensor],
        index: int = 0,
        memory: Offsets | None = None,
    ) -> tuple[Offsets, Offsets]:
        """Return offsets [N, out, in, 1, 1] to add, for every layer of `layers`, and the next call's `memory`.

        `photo` is [N, 3, 256, 256] in [-1, 1]; `kernels` are the generator's own, without offsets; `index` counts the
        passes from 0; `memory` is layer index -> momentum [N, out, in], None at first.
        """
        index = min(index, STEPS - 1)
        predict = self.prediction(photo, state, index)
        offsets = {}
        with full_precision(photo.device):  # the regressions need 32 bits
            inputs = {layer: state.layer_inputs[layer - 1].float() for layer in self.layers}
            flat_inputs = {layer: maps.flatten(2) for layer, maps in inputs.items()}
            flat_kernels = {layer: kernels[layer].flatten(-3) for layer in self.layers}
            directions = descent_directions(state.gradients, flat_inputs, flat_kernels, state.layer_inputs[0].dtype)
            if memory:
                directions = {layer: direction + MOMENTUM * memory[layer] for layer, direction in directions.items()}
            distance = state.distance.clamp(max=LARGEST_DISTANCE)[:, None]
            step_sizes = self.strides[index].exp() * distance  # [N, len(layers)]
            for i, layer in enumerate(self.layers):
                change = predict(i, inputs[layer]) + step_sizes[:, i, None, None] * directions[layer]
                if layer in FEED_HAAR:
                    change = without_constant_details(change, inputs[layer])
                offsets[layer] = relative_offset(change, flat_kernels[layer])
        return offsets, directions

    def prediction(self, photo: Tensor, state: RefinerInput, index: int) -> Callable[[int, Tensor], Tensor | float]:  # noqa: ARG002
        """Return a function (place in `layers`, the layer's inputs [N, in, S, S]) -> kernel change [N, out, in].

        It is added to the gradient step of the pass `index`; here it is 0.
        """
        return lambda place, inputs: 0.0  # noqa: ARG005
