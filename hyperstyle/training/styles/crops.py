"""Pieces of the embedded generator's pictures: real pixels for a share of the work, since its fine layers are local."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.func import functional_call

from hyperstyle.networks.generator import Kernels, Styles
from hyperstyle.networks.mobile_stylegan import BLOCKS, MobileGenerator, inverse_haar, modulated_pointwise

CELLS = 32
"""Side of the features that pieces are cut from, so of their grid of places."""
FIRST_BLOCK = next(index for index, block in enumerate(BLOCKS) if block.size > CELLS)
FIRST_LAYER = 1 + 2 * FIRST_BLOCK
"""The layers from this one on draw the pieces."""
PIECE = 14  # cells along a side
MARGIN = 1  # of these at either side are cut off, because they do not know what lies beyond
SHOWN = PIECE - 2 * MARGIN


@dataclass(frozen=True)
class Place:
    """Where a piece lies, in cells."""

    top: int
    left: int

    @classmethod
    def anywhere(cls) -> "Place":
        """A place by chance."""
        top, left = torch.randint(CELLS - PIECE + 1, (2,)).tolist()
        return cls(top, left)

    def cut(self, maps: Tensor) -> Tensor:
        """The piece of maps [..., S, S] of any size, with its margin."""
        return self._cut(maps, 0, PIECE)

    def shown(self, maps: Tensor) -> Tensor:
        """The piece without its margin."""
        return self._cut(maps, MARGIN, SHOWN)

    def _cut(self, maps: Tensor, margin: int, cells: int) -> Tensor:
        scale = maps.shape[-1] // CELLS
        top, left = (self.top + margin) * scale, (self.left + margin) * scale
        return maps[..., top : top + cells * scale, left : left + cells * scale]


def piece(generator: MobileGenerator, features: Tensor, styles: Styles, kernels: Kernels, place: Place) -> Tensor:
    """What is shown at a place [N, 3, SHOWN * 32, SHOWN * 32], of the features [N, C, CELLS, CELLS] of its pictures."""
    x = place.cut(features)
    for index in range(FIRST_BLOCK, len(BLOCKS)):
        block = generator.blocks[index]
        noises = {name: place.cut(noise) for name, noise in block.named_buffers()}
        own = (kernels[1 + 2 * index], kernels[2 + 2 * index])
        x = functional_call(block, noises, (x, own, styles[1 + 3 * index : 4 + 3 * index]))
    bands = modulated_pointwise(x, kernels[1 + 2 * len(BLOCKS)].flatten(-3), styles[-1]) + generator.picture_bias
    picture = inverse_haar(bands).float()
    margin = MARGIN * picture.shape[-1] // PIECE
    return picture[..., margin:-margin, margin:-margin]
