"""What every inversion method yields."""

from dataclasses import dataclass

from torch import Tensor

from hyperstyle.networks.generator import Offsets


@dataclass(frozen=True)
class Step:
    """Where an inversion has come to."""

    index: int
    """0 is the picture before any refinement."""
    picture: Tensor
    """[N, 3, H, W], the generator's picture cropped to the domain's view, RGB, not clamped."""
    codes: Tensor
    """[N, 512] or [N, n_styles, 512]."""
    offsets: Offsets
    """Of the generator's kernels, summed over all steps so far."""
