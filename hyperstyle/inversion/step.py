"""One step of an inversion, as every method yields it."""

from dataclasses import dataclass

from torch import Tensor

from hyperstyle.networks.generator import Offsets


@dataclass(frozen=True)
class Step:
    """State of an inversion after one step."""

    index: int
    """Number of the step; 0 is the picture before any refinement."""
    picture: Tensor
    """Generator's pictures [N, 3, H, W], cropped to the domain's view, RGB, about [-1, 1] and not clamped."""
    codes: Tensor
    """Codes [N, 512] in W or [N, n_styles, 512] in W+."""
    offsets: Offsets
    """Weight offsets of the generator's kernels, summed over all steps so far."""
