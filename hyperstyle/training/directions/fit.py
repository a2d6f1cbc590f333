"""Linear boundaries in W between faces with high and low values of a label (InterFaceGAN, Shen et al., 2020)."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

TAIL = 0.1  # share of the faces at either end that a boundary is fitted to; in between, labels are noise
WEIGHT_DECAY = 0.01  # L2 penalty on the normal: some axes of W vary forty times as much as others
ITERATIONS = 200


@dataclass(frozen=True)
class Boundary:
    """The plane `codes @ normal + offset = 0`."""

    normal: Tensor
    """Unit vector [512] that points to higher values of the label."""
    offset: float

    @classmethod
    def midway(cls, normal: Tensor, codes: Tensor, low: Tensor, high: Tensor) -> "Boundary":
        """Return the plane with this normal midway between the means of the faces `low` and `high` (indices)."""
        along = codes @ normal
        return cls(normal, -float((along[low].mean() + along[high].mean()) / 2))

    def accuracy(self, codes: Tensor, low: Tensor, high: Tensor) -> float:
        """Return the balanced accuracy on codes [N, 512] whose indices `low` and `high` lie on the two sides."""
        sides = codes @ self.normal + self.offset
        return float(((sides[low] < 0).double().mean() + (sides[high] > 0).double().mean()) / 2)


def tails(values: Tensor) -> tuple[Tensor, Tensor]:
    """Return the indices of the faces with the lowest and with the highest `values` [N], `TAIL` of them each."""
    order = values.argsort()
    count = max(1, int(len(order) * TAIL))
    return order[:count], order[-count:]


def fit(codes: Tensor, values: Tensor) -> Boundary:
    """Fit the boundary of a label with `values` [N] over codes [N, 512] by logistic regression between the tails."""
    low, high = tails(values)
    mean = codes.mean(0)
    chosen = codes[torch.cat((low, high))] - mean
    target = torch.cat((torch.zeros(len(low)), torch.ones(len(high))))
    weight = torch.zeros(codes.shape[1], requires_grad=True)
    bias = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=ITERATIONS, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = F.binary_cross_entropy_with_logits(chosen @ weight + bias, target) + WEIGHT_DECAY * weight.square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    length = weight.detach().norm()
    normal = weight.detach() / length
    return Boundary(normal, float(bias.detach() / length - mean @ normal))


def orthogonal_to(normal: Tensor, others: list[Tensor]) -> Tensor:
    """Return the unit vector nearest to `normal` [512] that is orthogonal to all `others`: conditional manipulation."""
    if others:
        basis, _ = torch.linalg.qr(torch.stack(others, 1))
        normal = normal - basis @ (basis.T @ normal)
    return normal / normal.norm()
