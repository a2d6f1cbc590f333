"""NSCD (LSAP; Cao et al., 2022): how far a code lies from the generator's own, by the directions of its styles."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from hyperstyle.networks.generator import Generator

SAMPLES, BATCH = 10_000, 1000  # codes in W, from which mean styles are computed
CODE = 512  # channels of a code in W


class CodeDistance:
    """Cosine distance of codes from the mean of a generator's own, in its normalized style space.

    With s_i the style of layer i, divided by its length, and m_i the mean of s_i over codes of the mapping network, it
    is the mean over the layers of 1 - cos(s_i, m_i): 0 for the mean styles, 2 for their opposites.
    """

    own: float
    """Mean distance of the generator's own codes."""

    @torch.no_grad()
    def __init__(self, generator: Generator, mapping: Callable[[Tensor], Tensor]) -> None:
        self._generator = generator
        device, source = next(generator.parameters()).device, torch.Generator().manual_seed(0)
        sums: list[Tensor] = []
        for _ in range(SAMPLES // BATCH):
            codes = mapping(torch.randn(BATCH, CODE, generator=source).to(device))
            parts = [styles.sum(0) for styles in self._normalized(codes)]
            sums = [total + part for total, part in zip(sums, parts, strict=True)] if sums else parts
        self._means = [F.normalize(total, dim=0) for total in sums]
        self.own = 1 - float(torch.stack([total.norm() / SAMPLES for total in sums]).mean())

    @torch.no_grad()
    def __call__(self, codes: Tensor) -> Tensor:
        """Return the distances [N] of codes in W [N, 512] or W+ [N, n_styles, 512]."""
        cosines = [styles @ mean for styles, mean in zip(self._normalized(codes), self._means, strict=True)]
        return 1 - torch.stack(cosines).mean(0)

    def _normalized(self, codes: Tensor) -> list[Tensor]:
        """Return the styles [N, channels] of codes, each of length 1."""
        return [F.normalize(styles.float(), dim=1) for styles in self._generator.styles(codes)]
