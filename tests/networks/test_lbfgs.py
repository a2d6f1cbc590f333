"""L-BFGS on quadratic functions whose curvature is near 1."""

import torch
from torch import Tensor

from hyperstyle.networks.lbfgs import BOUND, Lbfgs

SIZE = 12


def curvatures(count: int) -> Tensor:
    """Matrices [N, 12, 12] about 1."""
    torch.manual_seed(0)
    own = torch.randn(count, SIZE, SIZE)
    return torch.eye(SIZE) + own @ own.mT / SIZE


def descended(curvature: Tensor, start: Tensor, steps: int) -> Tensor:
    """The vectors after every step down x^T H x / 2: [steps + 1, N, 12]."""
    descent, vectors = Lbfgs(), [start]
    for _ in range(steps):
        gradient = torch.einsum("nij,nj->ni", curvature, vectors[-1])
        vectors.append(vectors[-1] + descent.next_step(gradient))
    return torch.stack(vectors)


def test_known_curvature_takes_one_step_and_what_is_unknown_is_learnt() -> None:
    curvature, start = curvatures(3), 0.05 * torch.randn(3, SIZE)
    assert descended(torch.eye(SIZE).expand(3, SIZE, SIZE), start, 1)[-1].norm() < 1e-6
    distances = descended(curvature, start, SIZE).norm(dim=2)
    assert (distances[SIZE] < 0.02 * distances[0]).all()


def test_steps_are_bounded_and_vectors_know_nothing_of_their_neighbours() -> None:
    curvature, start = curvatures(3), 10 * torch.randn(3, SIZE)
    together = descended(curvature, start, 6)
    assert (together.diff(dim=0).norm(dim=2) < BOUND * 1.001).all()
    alone = descended(curvature[1:2], start[1:2], 6)
    assert torch.allclose(together[:, 1:2], alone, atol=1e-4)


def test_steps_stay_downhill_where_the_curvature_is_negative() -> None:
    saddle = torch.diag(torch.tensor([-1.0] * 3 + [1.0] * (SIZE - 3)))[None]
    vectors = descended(saddle, torch.full((1, SIZE), 0.5), 6)
    heights = torch.einsum("tni,nij,tnj->t", vectors, saddle, vectors)
    assert (heights.diff() < 0).all()


def test_another_function_is_not_mistaken_for_curvature() -> None:
    first, second = 0.05 * torch.randn(2, 3, SIZE)
    descent, other = Lbfgs(), Lbfgs()
    for one in (descent, other):
        one.next_step(first)
    descent.change_function()
    assert torch.equal(descent.next_step(second), -second)
    assert not torch.equal(other.next_step(second), -second)
