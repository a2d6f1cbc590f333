"""The embedded tier's hypernetwork: where the picture is wrong, what every layer should have said instead, and the
change of its kernel that makes it say so.

HyperStyle's hypernetwork squeezes photo and picture into one vector per layer and unfolds that into a kernel. At the
size that can be shipped here that unfolding has too few weights. A kernel that is pointwise offers another way:
it maps the channels at one place to the channels at that place. So the network answers, for every layer, a map of
wanted corrections of its output, and the smallest change of the kernel that brings them about, given what the
layer is fed at these places, is a ridge regression with a closed form.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from hyperstyle.networks.generator import Offsets
from hyperstyle.networks.mobile import BLOCKS
from hyperstyle.networks.resnet import BasicBlock

SOFTNESS = 0.3  # kernel entries below this share of the usual size are moved less: offsets multiply


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
        self.gains = nn.Parameter(torch.full((len(layers),), 0.05))
        self.damping = nn.Parameter(torch.full((len(layers),), -1.0))  # logarithm

    def maps(self, photo: Tensor, picture: Tensor) -> Tensor:
        """What is wrong where [N, width, 16, 16]; both pictures [N, 3, 256, 256] in [-1, 1]."""
        # Four pixels become the channels of one: all detail is seen at a quarter of the work.
        seen = F.pixel_unshuffle(torch.cat((photo, picture, photo - picture), 1), 2)
        places = self.places(self.middle(self.fine(self.stem(seen))))
        context = F.interpolate(self.context(places), scale_factor=2.0, mode="nearest")
        return self.join(torch.cat((places, context), 1))

    def forward(self, photo: Tensor, picture: Tensor, fed: Sequence[Tensor], kernels: Mapping[int, Tensor]) -> Offsets:
        """Offsets [N, out, in, 1, 1] for every layer of `layers`.

        `fed` is what the kernels of layers 1, 2, ... were fed, as `MobileGenerator.features` gives it; `kernels` are
        the generator's own ones.
        """
        maps = self.maps(photo, picture)
        offsets = {}
        with torch.autocast(maps.device.type, enabled=False):  # a regression needs all digits
            for index, layer in enumerate(self.layers):
                inputs = fed[layer - 1].float()
                wanted = self.heads[str(layer)](maps.float())
                wanted = F.adaptive_avg_pool2d(wanted, inputs.shape[-1]) * self.gains[index]
                change = kernel_change(inputs.flatten(2), wanted.flatten(2), self.damping[index].exp())
                offsets[layer] = relative(change, kernels[layer].flatten(-3))
        return offsets
