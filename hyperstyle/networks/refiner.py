"""The embedded tier's hypernetwork: where the picture is wrong, what every layer should have said instead, and the
change of its kernel that makes it say so.

HyperStyle's hypernetwork squeezes photo and picture into one vector per layer and unfolds that into a kernel. At the
size that can be shipped here that unfolding has too few weights. A kernel that is pointwise offers another way:
it maps the channels at one place to the channels at that place. So the network answers, for every layer, a map of
wanted corrections of its output, and the smallest change of the kernel that brings them about, given what the
layer is fed at these places, is a ridge regression with a closed form.

A prediction leaves an error that no network of this size foresees, but the generator itself tells how its kernels
could lessen it: every refinement adds a step in the direction that `feedback` finds, as long as training found best.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from hyperstyle.device import full_precision
from hyperstyle.networks.generator import Offsets
from hyperstyle.networks.mobile_stylegan import BLOCKS
from hyperstyle.networks.preconditioning import direction
from hyperstyle.networks.resnet import BasicBlock

STEPS = 5  # refinements that have a step length of their own; later ones take the last
PLACES = 16  # along a side, at which corrections are predicted
MOMENTUM = 0.5  # of the direction of feedback, from one refinement to the next
SOFTNESS = 0.3  # kernel entries below this share of the usual size are moved less: offsets multiply


@dataclass(frozen=True)
class RefinerInput:
    """What a picture on the way looks like, from outside and from inside the generator."""

    picture: Tensor
    """[N, 3, 256, 256], about [-1, 1]."""
    distance: Tensor
    """[N], from the photo, by `lpips.difference`."""
    layer_inputs: Sequence[Tensor]
    """What the kernels of layers 1, 2, ... were fed, as `MobileGenerator.features` gives it."""
    gradients: Mapping[int, Tensor]
    """Layer index -> by how much the distance grows with the layer's kernel [N, out, in]."""


def layer_sizes() -> dict[int, tuple[int, int]]:
    """Layer index -> side of its maps and channels of its output, for all pointwise layers but the picture's."""
    return {
        layer: (block.size, block.outputs)
        for index, block in enumerate(BLOCKS)
        for layer in (1 + 2 * index, 2 + 2 * index)
    }


def kernel_change(inputs: Tensor, corrections: Tensor, damping: Tensor) -> Tensor:
    """The change [N, out, in] of a kernel that answers `inputs` [N, in, P] with `corrections` [N, out, P] more.

    Ridge regression in its dual form, whose system has the size of the number of places; `damping` is relative to
    the mean energy of a place.
    """
    gram = inputs.mT @ inputs
    energy = gram.diagonal(dim1=1, dim2=2).mean(1)[:, None, None]
    identity = torch.eye(gram.shape[-1], device=gram.device, dtype=gram.dtype)
    weights = torch.linalg.solve(gram + (damping * energy + 1e-8) * identity, corrections.mT)
    return (inputs @ weights).mT


def relative(change: Tensor, kernel: Tensor) -> Tensor:
    """The offset d [N, out, in, 1, 1] for which kernel * (1 + d) is about kernel + change.

    `kernel` is [out, in] or [N, out, in]. A division that stays bounded where a kernel entry is next to nothing.
    """
    floor = SOFTNESS * kernel.square().mean((-2, -1), keepdim=True)
    return (change * kernel / (kernel.square() + floor))[..., None, None]


def convolution(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    """A 3x3 convolution with its norm and activation."""
    kernel = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
    return nn.Sequential(kernel, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


class Refiner(nn.Module):
    """The hypernetwork: photo, picture and what every layer was fed while making the picture -> offsets."""

    def __init__(self, layers: tuple[int, ...] = tuple(range(1, 11)), width: int = 384) -> None:
        super().__init__()
        self.layers = layers
        self.stem = convolution(9 * 4, 64, stride=2)
        self.fine = nn.Sequential(BasicBlock(64, 64), BasicBlock(64, 64))  # 64 x 64
        self.middle = nn.Sequential(BasicBlock(64, 128, 2), BasicBlock(128, 128))  # 32 x 32
        self.places = nn.Sequential(BasicBlock(128, 256, 2), BasicBlock(256, 256), BasicBlock(256, 256))  # 16 x 16
        self.context = nn.Sequential(BasicBlock(256, width, 2), BasicBlock(width, width))  # 8 x 8
        self.join = convolution(256 + width, width)
        sizes = layer_sizes()
        self.heads = nn.ModuleDict({str(layer): nn.Conv2d(width, sizes[layer][1], 1) for layer in layers})
        self.gains = nn.Parameter(torch.full((STEPS, len(layers)), 0.05))
        self.damping = nn.Parameter(torch.full((len(layers),), -1.0))  # logarithm
        self.strides = nn.Parameter(torch.full((STEPS, len(layers)), -4.2))  # logarithm

    def maps(self, photo: Tensor, picture: Tensor) -> Tensor:
        """What is wrong where [N, width, 16, 16]; both pictures [N, 3, 256, 256] in [-1, 1]."""
        # Four pixels become the channels of one: all detail is seen at a quarter of the work.
        seen = F.pixel_unshuffle(torch.cat((photo, picture, photo - picture), 1), 2)
        places = self.places(self.middle(self.fine(self.stem(seen))))
        context = F.interpolate(self.context(places), scale_factor=2.0, mode="nearest")
        return self.join(torch.cat((places, context), 1))

    def forward(
        self,
        photo: Tensor,
        look: RefinerInput,
        kernels: Mapping[int, Tensor],
        index: int = 0,
        memory: Offsets | None = None,
    ) -> tuple[Offsets, Offsets]:
        """Offsets [N, out, in, 1, 1] to add for every layer of `layers`, and the memory that the next call wants.

        `kernels` are the generator's own ones; `index` counts the refinements of one photo [N, 3, 256, 256].
        """
        maps = self.maps(photo, look.picture)
        offsets, directions = {}, {}
        with full_precision(maps.device):  # regressions need all digits
            gains, strides = (lengths[min(index, STEPS - 1)] for lengths in (self.gains, self.strides))
            strides = strides.exp() * look.distance[:, None]
            for place, layer in enumerate(self.layers):
                kernel, fed = kernels[layer].flatten(-3), look.layer_inputs[layer - 1]
                inputs = fed.float()
                found = direction(look.gradients[layer], inputs.flatten(2), kernel, fed.dtype)
                directions[layer] = found + MOMENTUM * memory[layer] if memory else found
                change = gains[place] * self.predicted(place, maps.float(), inputs)
                offsets[layer] = relative(change + strides[:, place, None, None] * directions[layer], kernel)
        return offsets, directions

    def predicted(self, place: int, maps: Tensor, inputs: Tensor) -> Tensor:
        """The change [N, out, in] of the kernel at a place in `layers`, by `maps` and what it is fed [N, in, S, S]."""
        inputs = F.adaptive_avg_pool2d(inputs, min(inputs.shape[-1], PLACES))
        wanted = self.heads[str(self.layers[place])](maps)
        wanted = F.adaptive_avg_pool2d(wanted, inputs.shape[-1])
        return kernel_change(inputs.flatten(2), wanted.flatten(2), self.damping[place].exp())
