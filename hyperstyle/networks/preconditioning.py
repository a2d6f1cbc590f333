"""Preconditioned descent on a kernel: input whitening as in K-FAC, then orthogonalization as in Muon.

Plain gradient descent is slow, because a layer's inputs are strongly correlated: a few combinations of channels carry
most of the energy. So the gradient is taken in coordinates in which the inputs are white (the input half of K-FAC,
Martens and Grosse, 2015), and its singular values are set to 1 there (as in Muon, Jordan et al., 2024).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

import torch
from torch import Tensor

DAMPING = 0.03  # added to the inputs' covariance, as a share of its mean diagonal
ITERATIONS = 3  # of Newton-Schulz; more change the result but not how fast errors fall
QUINTIC = (3.4445, -4.7750, 2.0315)  # Muon's coefficients: they bring singular values near 1 fast, but not exactly to 1


def newton_schulz(matrices: Tensor, dtype: torch.dtype) -> Tensor:
    """Return matrices [N, a, b] with their singular values brought near 1; bfloat16 is exact enough as `dtype`."""
    if matrices.shape[1] > matrices.shape[2]:
        return newton_schulz(matrices.mT, dtype).mT
    first, third, fifth = QUINTIC
    x = (matrices / (matrices.norm(dim=(1, 2), keepdim=True) + 1e-12)).to(dtype)
    for _ in range(ITERATIONS):
        square = x @ x.mT
        polynomial = torch.baddbmm(square, square, square, beta=third, alpha=fifth)
        x = torch.baddbmm(x, polynomial, x, beta=first)
    return x.float()


@dataclass(frozen=True)
class Covariance:
    """The damped covariance of a layer's inputs, C + damping * I = L @ L.T."""

    damping: Tensor
    """[N, 1]."""
    factor: Tensor
    """L [N, in, in], lower triangular."""

    @classmethod
    def of(cls, *inputs: Tensor) -> "Covariance":
        """Return the covariances of inputs [N, in, P] over P positions, about 0; those of several layers in turn."""
        plain = torch.cat([x @ x.mT / x.shape[2] for x in inputs])
        damping = DAMPING * plain.diagonal(dim1=1, dim2=2).mean(1)[:, None]
        return cls(damping, torch.linalg.cholesky(plain + torch.diag_embed(damping.expand(plain.shape[:2]))))


@torch.no_grad()
def descent_directions(
    gradients: Mapping[int, Tensor], inputs: Mapping[int, Tensor], kernels: Mapping[int, Tensor], dtype: torch.dtype
) -> dict[int, Tensor]:
    """Return layer index -> descent direction D [N, out, in] of kernels [out, in] with loss gradients G [N, out, in].

    With C = L L.T the damped covariance of a layer's inputs X [N, in, P], D = -s * newton_schulz(G L^-T) L^-1. The
    factor s gives the output change D X the root mean square of the output itself. `dtype` is that of Newton-Schulz.
    Layers whose kernels have the same shape are computed together, in half the time.
    """
    directions: dict[int, Tensor] = {}
    for _, same in groupby(
        sorted(gradients, key=lambda layer: kernels[layer].shape), lambda layer: kernels[layer].shape
    ):
        layers = list(same)
        covariance = Covariance.of(*(inputs[layer] for layer in layers))
        gradient = torch.cat([gradients[layer] for layer in layers])
        whitened = torch.linalg.solve_triangular(covariance.factor, gradient.mT, upper=False).mT
        orthogonal = newton_schulz(whitened, dtype)
        change = -torch.linalg.solve_triangular(covariance.factor, orthogonal, upper=False, left=False)
        output = torch.cat([(kernels[layer] @ inputs[layer]).square().mean((1, 2)) for layer in layers])
        # trace(D C D.T) / out
        moved = (orthogonal.square() - covariance.damping[:, None] * change.square()).sum(2).mean(1)
        change *= (output / (moved + 1e-12)).sqrt()[:, None, None]
        directions |= dict(zip(layers, change.chunk(len(layers)), strict=True))
    return directions
