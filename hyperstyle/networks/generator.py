"""The interface of all generators, StyleGAN2 and MobileStyleGAN alike."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from enum import StrEnum

import torch
from torch import Tensor, nn

from hyperstyle.device import low_precision

Offsets = Mapping[int, Tensor]
"""Layer index -> weight offset. The layer's kernel becomes `kernel * (1 + offset)`, or `kernel + offset` if the
generator's `offset_mode` is ADDED. In both modes the offsets of several steps are summed, and 0 changes nothing.

An offset is [out, in, kh, kw], shared by all pictures, or [N, out, in, kh, kw], one for each; axes of size 1 are
broadcast. Layers without an offset keep their kernel.
"""

Kernels = Mapping[int, Tensor]
"""Layer index -> kernel with its offset applied, [out, in, kh, kw] or [N, out, in, kh, kw]."""

Styles = Sequence[Tensor]
"""A point in style space (S): the output [N, channels] of every modulation layer, in the order of use."""


def add_offsets(offsets: Offsets, changes: Offsets) -> Offsets:
    """Return the sum of both, layer by layer; a layer without an offset has the offset 0."""
    return dict(offsets) | {layer: offsets.get(layer, 0) + change for layer, change in changes.items()}


class OffsetMode(StrEnum):
    """How a generator applies offsets to its kernels. Saved inversions contain these values."""

    MULTIPLIED = "multiplied"
    """`kernel * (1 + offset)`, as in HyperStyle."""
    ADDED = "added"
    """`kernel + offset`, as in HyperInverter."""


class Generator(nn.Module, ABC):
    """A style-based generator whose kernels can be changed by weight offsets.

    A picture takes three calls, so that the result of each can be kept while the others change: `styles` (cheap),
    `kernels` (once per set of offsets) and `synthesize` (the picture). Calling the module makes all three.
    """

    size: int
    """Side of the square picture in pixels."""
    n_styles: int
    """Number of style codes of length 512 in a W+ code."""
    offset_mode: OffsetMode = OffsetMode.MULTIPLIED
    """Way in which `kernels` applies offsets; offsets made for the other mode do not fit."""
    has_style_space: bool = True
    """False if edits in style space, which are moves of a generator's own styles, do not fit."""
    compute_dtype: torch.dtype = torch.float32
    """Type of the feature maps; kernels always have 32 bits, because offsets are small."""

    @abstractmethod
    def compute_in(self, dtype: torch.dtype) -> None:
        """Compute feature maps in `dtype` from now on."""

    @abstractmethod
    def styles(self, codes: Tensor) -> Styles:
        """Return the styles of codes in W [N, 512] or W+ [N, n_styles, 512]."""

    @abstractmethod
    def kernels(self, offsets: Offsets | None = None) -> Kernels:
        """Return the kernels of all layers, with `offsets` applied."""

    @abstractmethod
    def synthesize(self, styles: Styles, kernels: Kernels) -> Tensor:
        """Return pictures [N, 3, size, size], RGB, about [-1, 1] and not clamped, with the stored noise."""

    def as_precise(self, device: torch.device) -> AbstractContextManager[None]:
        """Return a context in which other networks compute in the type of this one's feature maps."""
        return low_precision(device, enabled=self.compute_dtype != torch.float32)

    def preview_features(self, styles: Styles, kernels: Kernels) -> Tensor | None:  # noqa: ARG002 - for subclasses
        """Return feature maps [N, C, S, S] of which `LinearPreview` makes previews; None if pictures are as quick."""
        return None

    def forward(self, codes: Tensor, offsets: Offsets | None = None) -> Tensor:
        """Return pictures [N, 3, size, size], RGB, about [-1, 1], of codes in W [N, 512] or W+ [N, n_styles, 512]."""
        return self.synthesize(self.styles(codes), self.kernels(offsets))
