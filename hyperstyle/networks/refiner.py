"""The embedded tier's hypernetwork: it predicts how the output of every layer should change, and solves for the kernel.

HyperStyle's hypernetwork squeezes photo and picture into one vector per layer and expands that into a kernel. A
network small enough to ship has too few weights for this expansion. But the generator's kernels are pointwise: they
map the channels at one position to channels at the same position. So the network predicts, for every layer, a map of
corrections to its output. The smallest kernel change that produces them, given the layer's inputs at these positions,
has a closed form: a ridge regression (`kernel_change`).

The prediction leaves an error that no network of this size foresees. Every refinement therefore adds a step along the
gradient of the kernels (`Feedback`).
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from hyperstyle.networks.feedback import LAYERS, STEPS, Feedback, RefinerInput
from hyperstyle.networks.mobile_stylegan import BLOCKS
from hyperstyle.networks.resnet import BasicBlock

PREDICTED = 4  # passes with predictions: later ones are as good without, in two thirds of the time
LARGEST_VALUE = 2.0  # of a picture's pixels, which are about [-1, 1]


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


def conv_bn_relu(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    """Return a 3x3 convolution with batch norm and ReLU."""
    kernel = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
    return nn.Sequential(kernel, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


class Refiner(Feedback):
    """Hypernetwork: photo, picture, and the generator's layer inputs and kernel gradients -> weight offsets."""

    def __init__(self, layers: tuple[int, ...] = LAYERS, width: int = 384) -> None:
        super().__init__(layers)
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

    def prediction(self, photo: Tensor, state: RefinerInput, index: int) -> Callable[[int, Tensor], Tensor | float]:
        """Return a function (place in `layers`, the layer's inputs [N, in, S, S]) -> predicted change [N, out, in]."""
        if index >= PREDICTED and not self.gains.requires_grad:  # while it learns, every pass predicts
            return super().prediction(photo, state, index)
        maps = self.maps(photo, state.picture.clamp(-LARGEST_VALUE, LARGEST_VALUE)).float()
        return lambda place, inputs: self.gains[index, place] * self.predict_change(place, maps, inputs)

    def maps(self, photo: Tensor, picture: Tensor) -> Tensor:
        """Return feature maps [N, width, 16, 16] of the differences of two pictures [N, 3, 256, 256] in [-1, 1]."""
        # Four pixels become the channels of one, which keeps all detail at a quarter of the work.
        x = F.pixel_unshuffle(torch.cat((photo, picture, photo - picture), 1), 2)
        local = self.places(self.middle(self.fine(self.stem(x))))
        context = F.interpolate(self.context(local), scale_factor=2.0, mode="nearest")
        return self.join(torch.cat((local, context), 1))

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
