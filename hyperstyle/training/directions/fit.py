"""Linear boundaries in W between faces that have much of something and faces that have little (InterFaceGAN)."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

TAIL = 0.1  # share of the faces at either end that a boundary is fitted on; in between, labels are noise
STIFFNESS = 0.01  # weight of the squared normal, as W varies forty times as much along some axes as along others
ITERATIONS = 200


@dataclass(frozen=True)
class Boundary:
    """The plane `codes @ normal + offset = 0`."""

    normal: Tensor
    """[512], unit length; it points to more."""
    offset: float

    @classmethod
    def between(cls, normal: Tensor, codes: Tensor, low: Tensor, high: Tensor) -> "Boundary":
        """The plane across `normal` midway between the means of the faces `low` and `high`."""
        along = codes @ normal
        return cls(normal, -float((along[low].mean() + along[high].mean()) / 2))

    def right(self, codes: Tensor, low: Tensor, high: Tensor) -> float:
        """Share of the faces `low` and `high` (indices into codes [N, 512]) on their side, both counting the same."""
        sides = codes @ self.normal + self.offset
        return float(((sides[low] < 0).double().mean() + (sides[high] > 0).double().mean()) / 2)


def tails(values: Tensor) -> tuple[Tensor, Tensor]:
    """Indices of the faces with the least and with the most, as many of either."""
    order = values.argsort()
    count = max(1, int(len(order) * TAIL))
    return order[:count], order[-count:]


def fit(codes: Tensor, values: Tensor) -> Boundary:
    """The boundary of a label with `values` [N] over codes [N, 512]: logistic regression between the tails."""
    low, high = tails(values)
    mean = codes.mean(0)
    chosen = codes[torch.cat((low, high))] - mean
    target = torch.cat((torch.zeros(len(low)), torch.ones(len(high))))
    weight = torch.zeros(codes.shape[1], requires_grad=True)
    bias = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=ITERATIONS, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = F.binary_cross_entropy_with_logits(chosen @ weight + bias, target) + STIFFNESS * weight.square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    length = weight.detach().norm()
    normal = weight.detach() / length
    return Boundary(normal, float(bias.detach() / length - mean @ normal))


def without(normal: Tensor, others: list[Tensor]) -> Tensor:
    """The unit vector nearest to `normal` [512] along which nothing changes for the boundaries of the others."""
    if others:
        basis, _ = torch.linalg.qr(torch.stack(others, 1))
        normal = normal - basis @ (basis.T @ normal)
    return normal / normal.norm()
