"""Measures the mean curvature over W of a picture's distance from a photo, for the descent of codes."""

from collections.abc import Callable

import torch
from torch import Tensor

from hyperstyle.device import fast_dtype
from hyperstyle.networks.feedback_model import FeedbackModel, chunks
from hyperstyle.networks.lpips import distance_coordinates
from hyperstyle.networks.mobile_stylegan import CODE

PROBES = 4  # random combinations of coordinates for each picture
SAMPLES = 50_000  # codes from which the spread of W is taken
CAUTION = 1e-3  # weight of the inverse covariance beside the curvature
FLOOR = 1e-4  # least variance of a direction of W, relative to the mean one
TRUNCATION = 0.75  # of the codes at which it is measured: photos lie in the tame part of W


def measure(model: FeedbackModel, codes: Tensor, device: torch.device) -> Tensor:
    """Return the curvature [512, 512] over W of `lpips.training_distance`, averaged over previews of codes [N, 512].

    It is Gauss-Newton's, H = 2 J^T J with the Jacobian J of `lpips.distance_coordinates`, in which no photo occurs.
    For normal v the mean of (J^T v)(J^T v)^T is J^T J, so that a few gradients of each picture do.
    """
    model.compute_in(fast_dtype(device))
    model.to(device)
    kernels = model.generator.kernels()
    source = torch.Generator().manual_seed(0)
    curvature = torch.zeros(CODE, CODE, device=device)
    for part in chunks(len(codes), device):
        moved = codes[part].to(device).detach().requires_grad_()
        coordinates = distance_coordinates(model.preview(moved, kernels), model.lpips)
        for _ in range(PROBES):
            probe = torch.randn(coordinates.shape, generator=source).to(device)
            (gradient,) = torch.autograd.grad(coordinates, moved, probe, retain_graph=True)
            curvature += 2 * gradient.mT @ gradient / (len(codes) * PROBES)
    return curvature.cpu()


@torch.no_grad()
def coordinates_of(curvature: Tensor, mapping: Callable[[Tensor], Tensor]) -> tuple[Tensor, Tensor]:
    """Return the `basis` [512, 512] and the `precision` [512] of a `SmallEncoder`, by the curvature H over W.

    `mapping` turns normal vectors [N, 512] into codes in W.

    basis^T (H + CAUTION * C^-1) basis = 1 and basis^T C^-1 basis = diag(precision), where C is the covariance of W: in
    directions that hardly show, no step leads out of W.
    """
    codes = mapping(torch.randn(SAMPLES, CODE, generator=torch.Generator().manual_seed(0)))
    covariance = torch.cov(codes.mT).double()
    covariance += FLOOR * covariance.diagonal().mean() * torch.eye(CODE)
    inverse = torch.linalg.inv(covariance)
    whitening = torch.linalg.inv(torch.linalg.cholesky(curvature.double() + CAUTION * inverse)).mT
    precision, turn = torch.linalg.eigh(whitening.mT @ inverse @ whitening)
    return (whitening @ turn).float(), precision.float()
