"""L-BFGS (Nocedal, 1980) for a batch of vectors, each of which descends by itself, with one gradient a step.

It expects coordinates in which the curvature is near 1 beforehand, or a function that answers a gradient with a step
of its own, so that already the first step is a good one; from the gradients at its own steps it learns how each
function differs.
"""

from collections.abc import Callable

import torch
from torch import Tensor

BOUND = 0.5  # of a step's length: beyond it the curvature is another one
MEMORY = 10  # steps that are remembered
CONVEX = 1e-4  # least cosine between a step and the change of the gradient that is learnt from


class Lbfgs:
    """The steps of a descent of vectors [N, D].

    `precondition` is the inverse curvature [N, D] -> [N, D] that is known beforehand; steps are at most `bound`
    long, a number or [N, 1].
    """

    def __init__(self, precondition: Callable[[Tensor], Tensor] | None = None, bound: float | Tensor = BOUND) -> None:
        self.precondition = precondition
        self.bound = bound
        self.gradient: Tensor | None = None
        self.step: Tensor | None = None
        self.pairs: list[tuple[Tensor, Tensor, Tensor]] = []
        """Of the last steps: the step s, the change y of the gradient, both [N, D], and 1 / (s * y) [N, 1]."""

    def next_step(self, gradient: Tensor) -> Tensor:
        """The step [N, D] from where the gradient is `gradient` [N, D], which is where the step before has led."""
        if self.gradient is not None and self.step is not None:
            self.learn(self.step, gradient - self.gradient)
        step = -self.solve(gradient)
        length = step.norm(dim=1, keepdim=True)
        self.gradient, self.step = gradient, step * (self.bound / (length + 1e-12)).clamp(max=1)
        return self.step

    def change_function(self) -> None:
        """Learn nothing from the next gradient's change: it is that of another, similar function."""
        self.gradient = None

    def learn(self, step: Tensor, change: Tensor) -> None:
        """Remember a step and the change of the gradient, both [N, D], where the function is convex along it."""
        product = (step * change).sum(1, keepdim=True)
        convex = product > CONVEX * step.norm(dim=1, keepdim=True) * change.norm(dim=1, keepdim=True)
        self.pairs.append((step, change, torch.where(convex, 1 / product, 0.0)))
        del self.pairs[:-MEMORY]

    def solve(self, gradient: Tensor) -> Tensor:
        """The inverse curvature times a gradient [N, D]: the two loops of L-BFGS."""
        shares = []
        for step, change, inverse in reversed(self.pairs):
            shares.append(inverse * (step * gradient).sum(1, keepdim=True))
            gradient = gradient - shares[-1] * change
        if self.precondition:
            gradient = self.precondition(gradient)
        for (step, change, inverse), share in zip(self.pairs, reversed(shares), strict=True):
            gradient = gradient + (share - inverse * (change * gradient).sum(1, keepdim=True)) * step
        return gradient
