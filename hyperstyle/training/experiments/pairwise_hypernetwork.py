"""HyperStyle's hypernetwork in the form of its paper, at a size that the embedded generator can be tried with.

Photo and picture are squeezed into one vector for every layer, and that is unfolded into one number for every pair of
the layer's channels: by a layer's own matrix, by two vectors whose product it is, or, where a layer has 512 channels
on both sides, by two matrices that all such layers share. The shipped hypernetwork is a `Refiner`; this one is for
comparisons.
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from hyperstyle.networks.encoders import strided_convs
from hyperstyle.networks.generator import Offsets
from hyperstyle.networks.mobile_stylegan import BANDS, BLOCKS
from hyperstyle.networks.small_encoder import SIDE, trunk

WIDTHS = (32, 64, 128, 256)  # of the trunk: half those of a ResNet-18
SQUEEZED = 64  # numbers that a layer's change is unfolded from
SHARED_LAYERS = 512  # channels on both sides of the layers that share their head


def channel_pairs() -> dict[int, tuple[int, int]]:
    """Layer index -> channels of output and input, for all layers but the picture's."""
    pairs = {0: (BLOCKS[0].inputs, BLOCKS[0].inputs)}
    for index, block in enumerate(BLOCKS):
        pairs |= {1 + 2 * index: (block.outputs, block.inputs // BANDS), 2 + 2 * index: (block.outputs, block.outputs)}
    return pairs


class Pairs(nn.Module):
    """A number for every pair of channels, each by weights of its own."""

    def __init__(self, outputs: int, inputs: int) -> None:
        super().__init__()
        self.unfold = silent(nn.Linear(SQUEEZED, outputs * inputs))
        self.shape = (outputs, inputs)

    def forward(self, codes: Tensor) -> Tensor:
        """[N, out, in] of codes [N, SQUEEZED]."""
        return self.unfold(codes).unflatten(1, self.shape)


class Separable(nn.Module):
    """The product of a vector for the outputs and one for the inputs.

    The paper mixes each side once more by a linear layer; two linear layers in a row are one.
    """

    def __init__(self, outputs: int, inputs: int) -> None:
        super().__init__()
        self.outs = silent(nn.Linear(SQUEEZED, outputs))
        self.ins = nn.Linear(SQUEEZED, inputs)
        nn.init.ones_(self.ins.bias)

    def forward(self, codes: Tensor) -> Tensor:
        """[N, out, in] of codes [N, SQUEEZED]."""
        return self.outs(codes)[:, :, None] * self.ins(codes)[:, None]


class Shared(nn.Module):
    """The two matrices of all layers that share: a code becomes a vector for every output, and that its inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.rows = nn.Linear(SQUEEZED, SHARED_LAYERS * SQUEEZED)
        self.unfold = silent(nn.Linear(SQUEEZED, SHARED_LAYERS))

    def forward(self, codes: Tensor) -> Tensor:
        """[N, 512, 512] of codes [N, SQUEEZED]."""
        return self.unfold(self.rows(codes).unflatten(1, (SHARED_LAYERS, SQUEEZED)))


def silent(layer: nn.Linear) -> nn.Linear:
    """A layer that answers nothing at first, so that training starts from the generator as it is."""
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


class PairwiseHyperNetwork(nn.Module):
    """Photo and picture -> changes of the kernels of some layers."""

    def __init__(self, layers: Iterable[int], shared: bool = True, separable: bool = False) -> None:
        super().__init__()
        self.layers = sorted(layers)
        self.trunk = trunk(6, WIDTHS)
        self.codes = nn.ModuleDict(
            {str(layer): strided_convs(WIDTHS[-1], [128, 128, SQUEEZED]) for layer in self.layers}  # 8 x 8 to one place
        )
        pairs = channel_pairs()
        common = Shared() if shared else None
        own = Separable if separable else Pairs
        self.heads = nn.ModuleDict(
            {
                str(layer): common if common and pairs[layer] == (SHARED_LAYERS, SHARED_LAYERS) else own(*pairs[layer])
                for layer in self.layers
            }
        )

    def forward(self, photo: Tensor, picture: Tensor) -> Offsets:
        """Offsets [N, out, in, 1, 1] of photos and pictures [N, 3, S, S], RGB in [-1, 1], of any two sizes."""
        seen = [F.interpolate(one, (SIDE, SIDE), mode="bilinear", antialias=True) for one in (photo, picture)]
        maps = self.trunk(torch.cat(seen, 1))
        return {
            layer: self.heads[str(layer)](self.codes[str(layer)](maps).flatten(1))[..., None, None]
            for layer in self.layers
        }
