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
    def of(cls, inputs: Tensor) -> "Covariance":
        """Return the covariance of inputs [N, in, P] over P positions, about 0."""
        plain = inputs @ inputs.mT / inputs.shape[2]
        damping = DAMPING * plain.diagonal(dim1=1, dim2=2).mean(1)[:, None]
        return cls(damping, torch.linalg.cholesky(plain + torch.diag_embed(damping.expand(plain.shape[:2]))))


def orthogonalized(layers: Mapping[int, Tensor], dtype: torch.dtype) -> dict[int, Tensor]:
    """Return `newton_schulz` of the matrices [N, a, b] of layers: those of one shape together, in half the time."""
    found: dict[int, Tensor] = {}
    by_shape = sorted(layers, key=lambda layer: layers[layer].shape)
    for _, same in groupby(by_shape, key=lambda layer: layers[layer].shape):
        indices = list(same)
        orthogonal = newton_schulz(torch.cat([layers[layer] for layer in indices]), dtype)
        found |= dict(zip(indices, orthogonal.chunk(len(indices)), strict=True))
    return found


@torch.no_grad()
def descent_directions(
    gradients: Mapping[int, Tensor], inputs: Mapping[int, Tensor], kernels: Mapping[int, Tensor], dtype: torch.dtype
) -> dict[int, Tensor]:
    """Return layer index -> descent direction D [N, out, in] of kernels [out, in] with loss gradients G [N, out, in].

    With C = L L.T the damped covariance of a layer's inputs X [N, in, P], D = -s * newton_schulz(G L^-T) L^-1. The
    factor s gives the output change D X the root mean square of the output itself. `dtype` is that of Newton-Schulz.
    """
    covariances = {layer: Covariance.of(inputs[layer]) for layer in gradients}
    whitened = {
        layer: torch.linalg.solve_triangular(covariances[layer].factor, gradient.mT, upper=False).mT
        for layer, gradient in gradients.items()
    }
    directions = {}
    for layer, orthogonal in orthogonalized(whitened, dtype).items():
        covariance = covariances[layer]
        change = -torch.linalg.solve_triangular(covariance.factor, orthogonal, upper=False, left=False)
        output = (kernels[layer] @ inputs[layer]).square().mean((1, 2))
        # trace(D C D.T) / out
        moved = (orthogonal.square() - covariance.damping[:, None] * change.square()).sum(2).mean(1)
        directions[layer] = change * (output / (moved + 1e-12)).sqrt()[:, None, None]
    return directions
