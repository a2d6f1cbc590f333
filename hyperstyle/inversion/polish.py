"""Polish: tuning of all kernels, from a hypernetwork's result, by preconditioned gradient descent.

Pivotal tuning (Roich et al., 2021) tunes kernels with Adam, which takes hundreds of steps. Here gradients are taken in
coordinates that whiten a layer's inputs (the input half of K-FAC, Martens and Grosse, 2015) and orthogonalized there
(as in Muon, Jordan et al., 2024). A step then changes the output of every layer by a known share of its root mean
square, which also bounds how far all steps together can lead.
"""

from collections.abc import Iterator

import torch
from torch import Tensor

from hyperstyle.inversion.hyperstyle import Model
from hyperstyle.inversion.layer_inputs import layer_inputs
from hyperstyle.inversion.step import Step
from hyperstyle.inversion.tuning import distance, kernels_for, offsets_to, render_view
from hyperstyle.networks.preconditioning import newton_schulz

TOTAL_CHANGE = 0.08  # of a layer's output, as a share of its root mean square, by all steps together at most
MAX_STEP_CHANGE = 0.008  # of a layer's output by one step
MOMENTUM = 0.5
DAMPING = 0.03  # added to the inputs' covariance, as a share of its mean diagonal


@torch.enable_grad()
def polish(model: Model, photo: Tensor, start: Step, steps: int = 40) -> Iterator[Step]:
    """Yield `steps` steps that continue `start`, an inversion of photos [N, 3, view.height, view.width] in [-1, 1]."""
    generator = model.generator
    kernels = kernels_for(generator, len(photo), start.offsets)
    with torch.no_grad():
        styles = generator.styles(start.codes)
        inputs = layer_inputs(generator, styles, kernels)
        bases = {layer: whitening_basis(kernel, inputs[layer]) for layer, kernel in kernels.items()}
    changes = {layer: torch.zeros_like(kernel, requires_grad=True) for layer, kernel in kernels.items()}  # whitened
    momenta = {layer: torch.zeros_like(change) for layer, change in changes.items()}

    def tuned_kernels() -> dict[int, Tensor]:
        return {
            layer: kernel + torch.einsum("noikl,nij->nojkl", changes[layer], bases[layer])
            for layer, kernel in kernels.items()
        }

    tuned = tuned_kernels()
    picture = render_view(model, styles, tuned)
    for index in range(1, steps + 1):
        learning_rate = min(2 * TOTAL_CHANGE / steps, MAX_STEP_CHANGE) * (1 - (index - 1) / steps)
        gradients = torch.autograd.grad(distance(model, picture, photo).sum(), list(changes.values()))
        with torch.no_grad():
            for layer, gradient in zip(changes, gradients, strict=True):
                momenta[layer].mul_(MOMENTUM).add_(gradient)
                update = orthogonalize(gradient + MOMENTUM * momenta[layer], generator.compute_dtype)
                changes[layer].sub_(learning_rate * update)
        tuned = tuned_kernels()
        picture = render_view(model, styles, tuned)
        offsets = offsets_to(generator, tuned)
        yield Step(start.index + index, picture.detach(), start.codes, offsets)


def whitening_basis(kernel: Tensor, inputs: Tensor) -> Tensor:
    """Return B [N, in, in], where D @ B is the kernel change of a change D in whitened coordinates.

    With L L.T the damped covariance of the inputs [N, in, P] of a kernel [N, out, in, kh, kw], B = s * inverse(L). The
    factor s is the root mean square of the output, so a D with rows of length 1 changes the output by just as much.
    """
    covariance = inputs @ inputs.mT / inputs.shape[2]
    damping = DAMPING * covariance.diagonal(dim1=1, dim2=2).mean(1)[:, None]
    factor = torch.linalg.cholesky(covariance + torch.diag_embed(damping.expand(covariance.shape[:2])))
    output_rms = torch.einsum("noikl,nij->nojkl", kernel, factor).square().sum((2, 3, 4)).mean(1).sqrt()
    identity = torch.eye(len(factor[0]), device=factor.device).expand_as(factor)
    return output_rms[:, None, None] * torch.linalg.solve_triangular(factor, identity, upper=False)


def orthogonalize(gradients: Tensor, dtype: torch.dtype) -> Tensor:
    """Return gradients [N, out, in, kh, kw] with nearly equal singular values and rows of root mean square length 1."""
    orthogonal = newton_schulz(gradients.flatten(2), dtype)
    row_length = orthogonal.square().sum(2).mean(1).sqrt()[:, None, None]
    return (orthogonal / (row_length + 1e-12)).view_as(gradients)
