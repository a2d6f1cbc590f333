"""Polish: pivotal tuning that starts from what a hypernetwork found and descends in better coordinates.

Pivotal tuning (Roich et al., 2021) moves all kernels by Adam, which takes hundreds of steps. Here every kernel is seen
in coordinates that whiten its inputs (the input half of K-FAC, Martens and Grosse, 2015), and all directions of a
gradient count the same there (as in Muon, Jordan et al., 2024). A step then moves the outputs of every layer by a
known share of their size, which also says how far all steps together lead away from the start.
"""

from collections.abc import Iterator

import torch
from torch import Tensor

from hyperstyle.inversion.hyperstyle import Model
from hyperstyle.inversion.layer_inputs import layer_inputs
from hyperstyle.inversion.step import Step
from hyperstyle.inversion.tuning import distance, drawn, kernels_for, offsets_to
from hyperstyle.networks.preconditioning import newton_schulz

REACH = 0.08  # how far all steps together may move the answers of a layer, as a share of their size
LONGEST = 0.008  # the same for a single step
MOMENTUM = 0.5
DAMPING = 0.03  # of the inputs' spread, relative to its mean


@torch.enable_grad()
def polish(model: Model, photo: Tensor, start: Step, steps: int = 40) -> Iterator[Step]:
    """As many steps beyond `start`, for the photos [N, 3, height, width] of the view in [-1, 1] that it belongs to."""
    generator = model.generator
    kernels = kernels_for(generator, len(photo), start.offsets)
    with torch.no_grad():
        styles = generator.styles(start.codes)
        inputs = layer_inputs(generator, styles, kernels)
        coordinates = {layer: whitening_basis(kernel, inputs[layer]) for layer, kernel in kernels.items()}
    moves = {layer: torch.zeros_like(kernel, requires_grad=True) for layer, kernel in kernels.items()}
    momenta = {layer: torch.zeros_like(move) for layer, move in moves.items()}

    def tuned() -> dict[int, Tensor]:
        return {
            layer: kernel + torch.einsum("noikl,nij->nojkl", moves[layer], coordinates[layer])
            for layer, kernel in kernels.items()
        }

    now = tuned()
    picture = drawn(model, styles, now)
    for index in range(1, steps + 1):
        rate = min(2 * REACH / steps, LONGEST) * (1 - (index - 1) / steps)
        gradients = torch.autograd.grad(distance(model, picture, photo).sum(), list(moves.values()))
        with torch.no_grad():
            for layer, gradient in zip(moves, gradients, strict=True):
                momenta[layer].mul_(MOMENTUM).add_(gradient)
                even = orthogonalize(gradient + MOMENTUM * momenta[layer], generator.compute_dtype)
                moves[layer].sub_(rate * even)
        now = tuned()
        picture = drawn(model, styles, now)
        offsets = offsets_to(generator, now)
        yield Step(start.index + index, picture.detach(), start.codes, offsets)


def whitening_basis(kernel: Tensor, inputs: Tensor) -> Tensor:
    """Bases [N, in, in] that turn moves into changes of a kernel [N, out, in, kh, kw] with inputs [N, in, P].

    Inputs are evenly spread there, and moves with rows of length one change the answers by as much as they are large.
    """
    spread = inputs @ inputs.mT / inputs.shape[2]
    level = DAMPING * spread.diagonal(dim1=1, dim2=2).mean(1)[:, None]
    factor = torch.linalg.cholesky(spread + torch.diag_embed(level.expand(spread.shape[:2])))
    answers = torch.einsum("noikl,nij->nojkl", kernel, factor).square().sum((2, 3, 4)).mean(1).sqrt()
    identity = torch.eye(len(factor[0]), device=factor.device).expand_as(factor)
    return answers[:, None, None] * torch.linalg.solve_triangular(factor, identity, upper=False)


def orthogonalize(gradients: Tensor, dtype: torch.dtype) -> Tensor:
    """Gradients [N, out, in, kh, kw] with all their directions of one size and rows of about length one."""
    even = newton_schulz(gradients.flatten(2), dtype)
    size = even.square().sum(2).mean(1).sqrt()[:, None, None]
    return (even / (size + 1e-12)).view_as(gradients)
