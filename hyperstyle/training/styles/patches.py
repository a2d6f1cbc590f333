"""Patches of the embedded generator's pictures at full size: much cheaper than whole ones, as fine layers are local."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.func import functional_call

from hyperstyle.networks.generator import Kernels, Styles
from hyperstyle.networks.mobile_stylegan import BLOCKS, MobileGenerator, inverse_haar, modulated_pointwise

GRID = 32
"""Side of the feature maps that patches are cut from, in cells."""
FIRST_BLOCK = next(index for index, block in enumerate(BLOCKS) if block.size > GRID)
FIRST_LAYER = 1 + 2 * FIRST_BLOCK
"""The first layer that is computed on patches instead of whole feature maps."""
PATCH = 14  # side of a patch in cells
MARGIN = 1  # cells at each side that are cut off the result, because their convolutions lack neighbours
INNER = PATCH - 2 * MARGIN


@dataclass(frozen=True)
class PatchPosition:
    """Position of a patch, in cells."""

    top: int
    left: int

    @classmethod
    def random(cls) -> "PatchPosition":
        """Draw a position at random."""
        top, left = torch.randint(GRID - PATCH + 1, (2,)).tolist()
        return cls(top, left)

    def cut(self, maps: Tensor) -> Tensor:
        """Cut the patch with its margin out of maps [..., S, S] of any size."""
        return self._cut(maps, 0, PATCH)

    def cut_inner(self, maps: Tensor) -> Tensor:
        """Cut the patch without its margin out of maps [..., S, S] of any size."""
        return self._cut(maps, MARGIN, INNER)

    def _cut(self, maps: Tensor, margin: int, cells: int) -> Tensor:
        scale = maps.shape[-1] // GRID
        top, left = (self.top + margin) * scale, (self.left + margin) * scale
        return maps[..., top : top + cells * scale, left : left + cells * scale]


def render_patch(
    generator: MobileGenerator, features: Tensor, styles: Styles, kernels: Kernels, position: PatchPosition
) -> Tensor:
    """Render a patch [N, 3, INNER * 32, INNER * 32] of pictures from their feature maps [N, C, GRID, GRID]."""
    x = position.cut(features)
    for index in range(FIRST_BLOCK, len(BLOCKS)):
        block = generator.blocks[index]
        noises = {name: position.cut(noise) for name, noise in block.named_buffers()}
        own = (kernels[1 + 2 * index], kernels[2 + 2 * index])
        x = functional_call(block, noises, (x, own, styles[1 + 3 * index : 4 + 3 * index]))
    bands = modulated_pointwise(x, kernels[1 + 2 * len(BLOCKS)].flatten(-3), styles[-1]) + generator.picture_bias
    picture = inverse_haar(bands).float()
    margin = MARGIN * picture.shape[-1] // PATCH
    return picture[..., margin:-margin, margin:-margin]
