"""HyperStyle's hypernetwork in the form of its paper (Alaluf et al., 2022), sized for the embedded generator.

A backbone encodes photo and picture into one vector per layer. A head maps that vector to an offset for every pair of
output and input channels: by a matrix of its own, as a product of two vectors, or, for layers with 512 channels on both
sides, by two matrices that these layers share. The shipped hypernetwork is a `Refiner`; this one is for comparisons.
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from hyperstyle.networks.encoders import strided_convs
from hyperstyle.networks.generator import Offsets
from hyperstyle.networks.mobile_stylegan import BANDS, BLOCKS
from hyperstyle.networks.small_encoder import SIDE, trunk

WIDTHS = (32, 64, 128, 256)  # channels of the backbone: half those of a ResNet-18
SQUEEZED = 64  # size of a layer's vector
SHARED_CHANNELS = 512  # input and output channels of the layers that share a head


def channel_pairs() -> dict[int, tuple[int, int]]:
    """Return layer index -> (output channels, input channels), for all layers but the last, which gives RGB."""
    pairs = {0: (BLOCKS[0].inputs, BLOCKS[0].inputs)}
    for index, block in enumerate(BLOCKS):
        pairs |= {1 + 2 * index: (block.outputs, block.inputs // BANDS), 2 + 2 * index: (block.outputs, block.outputs)}
    return pairs


class PairHead(nn.Module):
    """Linear head for all pairs of channels."""

    def __init__(self, outputs: int, inputs: int) -> None:
        super().__init__()
        self.unfold = zero_initialized(nn.Linear(SQUEEZED, outputs * inputs))
        self.shape = (outputs, inputs)

    def forward(self, codes: Tensor) -> Tensor:
        """Map vectors [N, SQUEEZED] to offsets [N, out, in]."""
        return self.unfold(codes).unflatten(1, self.shape)


class SeparableHead(nn.Module):
    """Head for offsets of rank 1: the outer product of a vector for the outputs and one for the inputs.

    The paper applies one more linear layer to each side; two linear layers in a row are one.
    """

    def __init__(self, outputs: int, inputs: int) -> None:
        super().__init__()
        self.outs = zero_initialized(nn.Linear(SQUEEZED, outputs))
        self.ins = nn.Linear(SQUEEZED, inputs)
        nn.init.ones_(self.ins.bias)

    def forward(self, codes: Tensor) -> Tensor:
        """Map vectors [N, SQUEEZED] to offsets [N, out, in]."""
        return self.outs(codes)[:, :, None] * self.ins(codes)[:, None]


class SharedHead(nn.Module):
    """Head that layers share: a first matrix gives a vector for every output, a second one its inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.rows = nn.Linear(SQUEEZED, SHARED_CHANNELS * SQUEEZED)
        self.unfold = zero_initialized(nn.Linear(SQUEEZED, SHARED_CHANNELS))

    def forward(self, codes: Tensor) -> Tensor:
        """Map vectors [N, SQUEEZED] to offsets [N, 512, 512]."""
        return self.unfold(self.rows(codes).unflatten(1, (SHARED_CHANNELS, SQUEEZED)))


def zero_initialized(layer: nn.Linear) -> nn.Linear:
    """Set a layer's weights to zero, so that training starts from the unchanged generator."""
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


class PairwiseHyperNetwork(nn.Module):
    """Hypernetwork of the paper's form: photo and picture -> offsets for the kernels of some layers."""

    def __init__(self, layers: Iterable[int], shared: bool = True, separable: bool = False) -> None:
        super().__init__()
        self.layers = sorted(layers)
        self.trunk = trunk(6, WIDTHS)
        self.codes = nn.ModuleDict(
            {str(layer): strided_convs(WIDTHS[-1], [128, 128, SQUEEZED]) for layer in self.layers}  # 8 x 8 to one place
        )
        pairs = channel_pairs()
        common = SharedHead() if shared else None
        own = SeparableHead if separable else PairHead
        self.heads = nn.ModuleDict(
            {
                str(layer): common
                if common and pairs[layer] == (SHARED_CHANNELS, SHARED_CHANNELS)
                else own(*pairs[layer])
                for layer in self.layers
            }
        )

    def forward(self, photo: Tensor, picture: Tensor) -> Offsets:
        """Predict offsets [N, out, in, 1, 1] per layer from photos and pictures [N, 3, S, S] in [-1, 1], any size."""
        seen = [F.interpolate(one, (SIDE, SIDE), mode="bilinear", antialias=True) for one in (photo, picture)]
        maps = self.trunk(torch.cat(seen, 1))
        return {
            layer: self.heads[str(layer)](self.codes[str(layer)](maps).flatten(1))[..., None, None]
            for layer in self.layers
        }
