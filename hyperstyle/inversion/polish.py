"""Polish: tuning of all kernels, from a hypernetwork's result, by preconditioned L-BFGS.

Pivotal tuning (Roich et al., 2021) tunes kernels with Adam, which takes hundreds of steps. Here gradients are taken in
coordinates that whiten a layer's inputs (the input half of K-FAC, Martens and Grosse, 2015) and orthogonalized there
(as in Muon, Jordan et al., 2024). A step then changes the output of every layer by a known share of its root mean
square. Such steps are too long where all layers move the picture alike, so that the error would rise at first:
L-BFGS learns that from the gradients, and the orthogonalized gradient takes the place of its first, unknown curvature.
"""

import math
from collections.abc import Iterator, Mapping, Sequence

import torch
from torch import Tensor

from hyperstyle.inversion.hyperstyle import Model
from hyperstyle.inversion.layer_inputs import layer_inputs
from hyperstyle.inversion.step import Step
from hyperstyle.inversion.tuning import kernels_for, offsets_to, render_view
from hyperstyle.networks.lbfgs import Lbfgs
from hyperstyle.networks.lpips import Target
from hyperstyle.networks.preconditioning import Covariance, newton_schulz
from hyperstyle.networks.view import View

POLISH_STEPS = 24
TOTAL_CHANGE = 0.08  # of a layer's output, as a share of its root mean square, by all steps together at most
MAX_STEP_CHANGE = 0.008  # of a layer's output by one step
GROWTH = 0.01  # of that change from step to step, per distance from the photo in the beginning


@torch.enable_grad()
def polish(
    model: Model, photo: Tensor, start: Step, steps: int = POLISH_STEPS, detail: Tensor | None = None
) -> Iterator[Step]:
    """Yield `steps` steps that continue `start`, an inversion of photos [N, 3, view.height, view.width] in [-1, 1].

    `detail` are the same photos at a larger size [N, 3, H, W], if they hold more: then pictures are compared with both.
    """
    generator = model.generator
    kernels = kernels_for(generator, len(photo), start.offsets)
    with torch.no_grad():
        styles = generator.styles(start.codes)
        inputs = layer_inputs(generator, styles, kernels)
        bases = {layer: whitening_basis(kernel, inputs[layer]) for layer, kernel in kernels.items()}
        targets = [Target.of(each, model.lpips) for each in (photo, detail) if each is not None]
    changes = {layer: torch.zeros_like(kernel) for layer, kernel in kernels.items()}  # in whitened coordinates
    rate = torch.zeros(len(photo), 1, device=photo.device)

    def flat(parts: Mapping[int, Tensor]) -> Tensor:
        return torch.cat([parts[layer].flatten(1) for layer in changes], 1)

    def layers(vectors: Tensor) -> dict[int, Tensor]:
        parts = vectors.split([change[0].numel() for change in changes.values()], 1)
        return {layer: part.view_as(changes[layer]) for layer, part in zip(changes, parts, strict=True)}

    def orthogonalized(gradients: Tensor) -> Tensor:
        parts = layers(gradients).items()
        return rate * flat({layer: orthogonalize(part, generator.compute_dtype) for layer, part in parts})

    def tuned_kernels() -> dict[int, Tensor]:
        return {
            layer: kernel + torch.einsum("noikl,nij->nojkl", changes[layer].requires_grad_(), bases[layer])
            for layer, kernel in kernels.items()
        }

    # Of the orthogonalized gradient at a rate of 1, whose rows have a root mean square length of 1.
    length = math.sqrt(sum(change.shape[1] for change in changes.values()))
    descent = Lbfgs(orthogonalized)
    tuned = tuned_kernels()
    picture = render_view(model, styles, tuned)
    begin: Tensor | None = None  # the distances before the first step
    for index in range(1, steps + 1):
        distances = mean_distance(targets, picture)
        begin = distances.detach()[:, None] if begin is None else begin
        rate = step_change(index, steps, begin)
        gradients = dict(zip(changes, torch.autograd.grad(distances.sum(), list(changes.values())), strict=True))
        with torch.no_grad():
            # No step may be longer than the orthogonalized gradient: what L-BFGS has learnt does not reach further.
            descent.bound = rate * length
            moves = layers(descent.next_step(flat(gradients)))
        changes = {layer: change.detach() + moves[layer] for layer, change in changes.items()}
        tuned = tuned_kernels()
        picture = render_view(model, styles, tuned)
        offsets = offsets_to(generator, tuned)
        yield Step(start.index + index, picture.detach(), start.codes, offsets)


def mean_distance(targets: Sequence[Target], picture: Tensor) -> Tensor:
    """Return the mean of the distances [N] of pictures [N, 3, H, W] from the targets, each at the target's size."""
    pooled = [View(*target.photos.shape[2:]).pool(picture) for target in targets]
    return torch.stack([target.distance(each) for target, each in zip(targets, pooled, strict=True)]).mean(0)


def step_change(index: int, steps: int, begin: Tensor) -> Tensor:
    """Return by how much step `index` of `steps`, counted from 1, may change a layer's output, for each photo [N, 1].

    Near a photo, the first steps are short, because nothing is known yet of directions in which the error curves
    strongly. `begin` [N, 1] are the distances of the pictures at the beginning.
    """
    longest = min(2 * TOTAL_CHANGE / steps, MAX_STEP_CHANGE)
    return (index * GROWTH * begin).clamp(max=longest) * (1 - (index - 1) / steps)


def whitening_basis(kernel: Tensor, inputs: Tensor) -> Tensor:
    """Return B [N, in, in], where D @ B is the kernel change of a change D in whitened coordinates.

    With L L.T the damped covariance of the inputs [N, in, P] of a kernel [N, out, in, kh, kw], B = s * inverse(L). The
    factor s is the root mean square of the output, so a D with rows of length 1 changes the output by just as much.
    """
    factor = Covariance.of(inputs).factor
    output_rms = torch.einsum("noikl,nij->nojkl", kernel, factor).square().sum((2, 3, 4)).mean(1).sqrt()
    identity = torch.eye(len(factor[0]), device=factor.device).expand_as(factor)
    return output_rms[:, None, None] * torch.linalg.solve_triangular(factor, identity, upper=False)


def orthogonalize(gradients: Tensor, dtype: torch.dtype) -> Tensor:
    """Return gradients [N, out, in, kh, kw] with nearly equal singular values and rows of root mean square length 1."""
    orthogonal = newton_schulz(gradients.flatten(2), dtype)
    row_length = orthogonal.square().sum(2).mean(1).sqrt()[:, None, None]
    return (orthogonal / (row_length + 1e-12)).view_as(gradients)
