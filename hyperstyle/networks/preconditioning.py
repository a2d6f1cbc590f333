"""What the error of a picture says about a kernel: where to move it so that the error falls.

A plain gradient step falls slowly, because what a layer is fed is far from evenly spread: a few combinations of
channels carry most of the energy and drown the others. So the gradient is taken in the coordinates in which the
inputs are evenly spread (the input half of K-FAC, Martens and Grosse, 2015), and there all its directions are given
the same weight (newton_schulz by Newton-Schulz rounds, as in Muon, Jordan et al., 2024).
"""

import torch
from torch import Tensor

DAMPING = 0.03  # of the inputs' spread, relative to its mean
ROUNDS = 3  # of Newton-Schulz; more change the result but not how fast errors fall
QUINTIC = (3.4445, -4.7750, 2.0315)  # Muon's coefficients: fast towards 1, not exact there


def newton_schulz(matrices: Tensor, dtype: torch.dtype) -> Tensor:
    """Matrices [N, a, b] with their singular values brought near 1; bfloat16 is exact enough a `dtype` for it."""
    if matrices.shape[1] > matrices.shape[2]:
        return newton_schulz(matrices.mT, dtype).mT
    first, third, fifth = QUINTIC
    x = (matrices / (matrices.norm(dim=(1, 2), keepdim=True) + 1e-12)).to(dtype)
    for _ in range(ROUNDS):
        square = x @ x.mT
        x = first * x + (third * square + fifth * square @ square) @ x
    return x.float()


@torch.no_grad()
def direction(gradient: Tensor, inputs: Tensor, kernel: Tensor, dtype: torch.dtype) -> Tensor:
    """The change [N, out, in] of a kernel by which an error falls whose gradient [N, out, in] is given.

    `inputs` [N, in, P] is what the kernel [out, in] is fed; the change moves its answers by as much as they are large.
    `dtype` is for the part that needs no digits.
    """
    spread = inputs @ inputs.mT / inputs.shape[2]
    level = DAMPING * spread.diagonal(dim1=1, dim2=2).mean(1)[:, None]
    factor = torch.linalg.cholesky(spread + torch.diag_embed(level.expand(spread.shape[:2])))
    even = torch.linalg.solve_triangular(factor, gradient.mT, upper=False).mT
    change = -torch.linalg.solve_triangular(factor, newton_schulz(even, dtype), upper=False, left=False)
    answers, moved = (((weights @ spread) * weights).sum(2).mean(1) for weights in (kernel, change))
    return change * (answers / (moved + 1e-12)).sqrt()[:, None, None]
