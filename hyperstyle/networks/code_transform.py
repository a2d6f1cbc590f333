"""An affine map between the codes of two generators, by which one mapping network serves both."""

import torch
from torch import Tensor, nn

from hyperstyle.networks.mobile_stylegan import CODE


class CodeTransform(nn.Module):
    """Maps codes of faces to codes that are spread as the codes of another kind of pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("face_mean", torch.zeros(CODE))
        self.register_buffer("mean", torch.zeros(CODE))
        self.register_buffer("matrix", torch.eye(CODE))
        self.face_mean: Tensor
        self.mean: Tensor
        self.matrix: Tensor

    @torch.no_grad()
    def fit(self, faces: tuple[Tensor, Tensor], codes: Tensor) -> "CodeTransform":
        """Fit it to the mean [512] and covariance F [512, 512] of `faces` and to `codes` [N, 512] of covariance C.

        The matrix is F^(-1/2) C^(1/2).
        """
        self.face_mean.copy_(faces[0])
        self.mean.copy_(codes.mean(0))
        self.matrix.copy_(matrix_power(faces[1], -0.5) @ matrix_power(torch.cov(codes.T), 0.5))
        return self

    def forward(self, codes: Tensor) -> Tensor:
        """Return mean + (codes - face_mean) @ matrix of codes [..., 512]."""
        return self.mean + (codes - self.face_mean) @ self.matrix


def matrix_power(matrix: Tensor, power: float) -> Tensor:
    """Return a power of a positive semi-definite matrix [C, C], eigenvalues clamped to 1e-6 of the largest."""
    values, vectors = torch.linalg.eigh(matrix.double())
    floor = float(values.max()) * 1e-6
    return ((vectors * values.clamp_min(floor) ** power) @ vectors.T).float()
