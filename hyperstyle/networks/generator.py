"""What every generator of the program offers, whichever family it is of."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from enum import StrEnum

import torch
from torch import Tensor, nn

Offsets = Mapping[int, Tensor]
"""Layer index -> weight offset of that layer's kernel, which becomes `kernel * (1 + offset)`, or, where the generator's
`offset_mode` is ADDED, `kernel + offset`. Either way zero changes nothing, and the offsets of several steps are summed.

A change is [out, in, kh, kw], shared by all pictures, or [N, out, in, kh, kw], one for each; an extent of 1
stands for the same value all over. Layers that are absent keep their kernel.
"""

Kernels = Mapping[int, Tensor]
"""Layer index -> kernel with its offset applied, shaped as in `Offsets`: computed once, used for many pictures."""

Styles = Sequence[Tensor]
"""A point of the style space: the output [N, channels] of every modulation, in the order of use."""


class OffsetMode(StrEnum):
    """How a generator applies offsets to its kernels; files of inversions keep these words."""

    MULTIPLIED = "multiplied"
    """`kernel * (1 + offset)`, as in HyperStyle."""
    ADDED = "added"
    """`kernel + offset`, as in HyperInverter."""


class Generator(nn.Module, ABC):
    """A style-based generator whose kernels can be moved by offsets.

    A picture is made in three stages, so that each can be kept while the next one changes: `styles` (cheap),
    `kernels` (once for each set of offsets) and `synthesize` (the picture). Calling the module runs all three.
    """

    size: int
    """Side of the square picture in pixels."""
    n_styles: int
    """How many codes of 512 a W+ code has."""
    offset_mode: OffsetMode = OffsetMode.MULTIPLIED
    """Offsets of one mode mean nothing to a generator of the other."""
    compute_dtype: torch.dtype = torch.float32
    """In which feature maps are computed; kernels, which change by small steps, always keep 32 bits."""

    @abstractmethod
    def compute_in(self, dtype: torch.dtype) -> None:
        """Compute feature maps in `dtype` from now on."""

    @abstractmethod
    def styles(self, codes: Tensor) -> Styles:
        """Style space of codes in W [N, 512] or W+ [N, n_styles, 512]."""

    @abstractmethod
    def kernels(self, offsets: Offsets | None = None) -> Kernels:
        """The kernels of all layers, with `offsets` applied where there are any."""

    @abstractmethod
    def synthesize(self, styles: Styles, kernels: Kernels) -> Tensor:
        """Pictures [N, 3, size, size], RGB, about [-1, 1] and not clamped, with the stored noise."""

    def forward(self, codes: Tensor, offsets: Offsets | None = None) -> Tensor:
        """Pictures [N, 3, size, size] of codes [N, 512] or [N, n_styles, 512]."""
        return self.synthesize(self.styles(codes), self.kernels(offsets))
