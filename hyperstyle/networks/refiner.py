"""The embedded tier's hypernetwork: it predicts how the output of every layer should change, and solves for the kernel.

HyperStyle's hypernetwork squeezes photo and picture into one vector per layer and expands that into a kernel. A
network small enough to ship has too few weights for this expansion. But the generator's kernels are pointwise: they
map the channels at one position to channels at the same position. So the network predicts, for every layer, a map of
corrections to its output. The smallest kernel change that produces them, given the layer's inputs at these positions,
has a closed form: a ridge regression (`kernel_change`).

The prediction leaves an error that no network of this size foresees. Every refinement therefore adds a step along the
preconditioned gradient of the kernels (`preconditioning.descent_direction`), with learned step sizes (`strides`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from hyperstyle.device import full_precision
from hyperstyle.networks.generator import Offsets
from hyperstyle.networks.mobile_stylegan import BANDS, BLOCKS
from hyperstyle.networks.preconditioning import descent_direction
from hyperstyle.networks.resnet import BasicBlock

STEPS = 5  # passes with gains and step sizes of their own; later ones use the last
MOMENTUM = 0.5  # of the gradient step's direction, from one pass to the next
# Photos of faces stay far below; beyond, as with pure noise, refinements would diverge.
LARGEST_DISTANCE = 0.7  # from the photo, to which step sizes are proportional
LARGEST_VALUE = 2.0  # of a picture's pixels, which are about [-1, 1]
FEED_HAAR = range(2, 2 * len(BLOCKS), 2)  # layers whose outputs the next block doubles by an inverse Haar transform
SOFTNESS = 0.3  # share of a kernel's mean square that keeps offsets bounded: see `relative_offset`


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


def layer_sizes() -> dict[int, tuple[int, int]]:
    """Return layer index -> (side of its feature maps, output channels) of all pointwise layers but the last, toRGB."""
    return {
        layer: (block.size, block.outputs)
        for index, block in enumerate(BLOCKS)
        for layer in (1 + 2 * index, 2 + 2 * index)
    }


def kernel_change(inputs: Tensor, corrections: Tensor, damping: Tensor) -> Tensor:
    """Return the kernel change D [N, out, in] for which D @ inputs [N, in, P] is close to `corrections` [N, out, P].

    Ridge regression in its dual form, a P x P system: with X the inputs, C the corrections and e = mean(diag(X.T X)),
    D = C @ inverse(X.T X + damping * e * I) @ X.T.
    """
    gram = inputs.mT @ inputs
    energy = gram.diagonal(dim1=1, dim2=2).mean(1, keepdim=True)
    damped = gram + torch.diag_embed((damping * energy + 1e-8).expand(gram.shape[:2]))
    weights = torch.cholesky_solve(corrections.mT, torch.linalg.cholesky(damped))
    return (inputs @ weights).mT


def relative_offset(change: Tensor, kernel: Tensor) -> Tensor:
    """Return the offset d [N, out, in, 1, 1] with kernel * (1 + d) close to kernel + change [N, out, in].

    d = change * kernel / (kernel^2 + SOFTNESS * mean(kernel^2)) stays bounded where an entry of the kernel, [out, in]
    or [N, out, in], is near 0.
    """
    squares = kernel.square()
    floor = SOFTNESS * squares.mean((-2, -1), keepdim=True)
    return (change * kernel / (squares + floor))[..., None, None]


def conv_bn_relu(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    """Return a 3x3 convolution with batch norm and ReLU."""
    kernel = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
    return nn.Sequential(kernel, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


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


class Refiner(nn.Module):
    """Hypernetwork: photo, picture, and the generator's layer inputs and kernel gradients -> weight offsets."""

    def __init__(self, layers: tuple[int, ...] = tuple(range(1, 11)), width: int = 384) -> None:
        super().__init__()
        self.layers = layers
        self.stem = conv_bn_relu(9 * 4, 64, stride=2)
        self.fine = nn.Sequential(BasicBlock(64, 64), BasicBlock(64, 64))  # 64 x 64
        self.middle = nn.Sequential(BasicBlock(64, 128, 2), BasicBlock(128, 128))  # 32 x 32
        self.places = nn.Sequential(BasicBlock(128, 256, 2), BasicBlock(256, 256), BasicBlock(256, 256))  # 16 x 16
        self.context = nn.Sequential(BasicBlock(256, width, 2), BasicBlock(width, width))  # 8 x 8
        self.join = conv_bn_relu(256 + width, width)
        sizes = layer_sizes()
        self.heads = nn.ModuleDict({str(layer): nn.Conv2d(width, sizes[layer][1], 1) for layer in layers})
        self.gains = nn.Parameter(torch.full((STEPS, len(layers)), 0.05))
        self.damping = nn.Parameter(torch.full((len(layers),), -1.0))  # logarithm of the damping
        self.strides = nn.Parameter(torch.full((STEPS, len(layers)), -4.2))  # logarithm of the step size

    def maps(self, photo: Tensor, picture: Tensor) -> Tensor:
        """Return feature maps [N, width, 16, 16] of the differences of two pictures [N, 3, 256, 256] in [-1, 1]."""
        # Four pixels become the channels of one, which keeps all detail at a quarter of the work.
        x = F.pixel_unshuffle(torch.cat((photo, picture, photo - picture), 1), 2)
        local = self.places(self.middle(self.fine(self.stem(x))))
        context = F.interpolate(self.context(local), scale_factor=2.0, mode="nearest")
        return self.join(torch.cat((local, context), 1))

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
        maps = self.maps(photo, state.picture.clamp(-LARGEST_VALUE, LARGEST_VALUE))
        offsets, directions = {}, {}
        with full_precision(maps.device):  # the regressions need 32 bits
            gains, log_step_sizes = (values[min(index, STEPS - 1)] for values in (self.gains, self.strides))
            distance = state.distance.clamp(max=LARGEST_DISTANCE)[:, None]
            step_sizes = log_step_sizes.exp() * distance  # [N, len(layers)]
            for i, layer in enumerate(self.layers):
                kernel, inputs = kernels[layer].flatten(-3), state.layer_inputs[layer - 1]
                dtype, inputs = inputs.dtype, inputs.float()
                direction = descent_direction(state.gradients[layer], inputs.flatten(2), kernel, dtype)
                directions[layer] = direction + MOMENTUM * memory[layer] if memory else direction
                change = gains[i] * self.predict_change(i, maps.float(), inputs)
                change = change + step_sizes[:, i, None, None] * directions[layer]
                if layer in FEED_HAAR:
                    change = without_constant_details(change, inputs)
                offsets[layer] = relative_offset(change, kernel)
        return offsets, directions

    def predict_change(self, index: int, maps: Tensor, inputs: Tensor) -> Tensor:
        """Return the predicted change [N, out, in] of the kernel of `layers[index]`.

        `maps` [N, width, 16, 16] are those of the method `maps`, `inputs` [N, in, S, S] those of the layer.
        """
        if maps.shape[-1] > inputs.shape[-1]:
            maps = F.adaptive_avg_pool2d(maps, inputs.shape[-1])
        head = self.heads[str(self.layers[index])]
        assert isinstance(head, nn.Conv2d)
        corrections = F.linear(maps.flatten(2).mT, head.weight.flatten(1), head.bias).mT
        return kernel_change(inputs.flatten(2), corrections, self.damping[index].exp())
