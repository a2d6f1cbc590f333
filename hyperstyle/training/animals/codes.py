"""The latent codes of the auto-decoder, one in W per training picture."""

import torch
from torch import Tensor, nn

from hyperstyle.networks.mobile_stylegan import CODE, MappingNetwork
from hyperstyle.networks.small_encoder import SmallEncoder

TRUNCATION = 0.8  # of the initial codes: the face encoder maps animals far from the mean face
SAMPLES = 20_000  # codes of the mapping network from which their statistics are estimated


def face_statistics(mapping: MappingNetwork) -> tuple[Tensor, Tensor]:
    """Return mean [512] and covariance [512, 512] of the mapping network's codes."""
    with torch.inference_mode():
        codes = mapping(torch.randn(SAMPLES, CODE, generator=torch.Generator().manual_seed(0)))
    return codes.mean(0).clone(), torch.cov(codes.T).clone()


def initial_codes(encoder: SmallEncoder, pictures: Tensor) -> Tensor:
    """Return the face encoder's codes [N, 512] of pictures [N, 3, 256, 256], truncated towards the mean."""
    with torch.inference_mode():
        codes = torch.cat([encoder(part) for part in pictures.split(32)])
    return (encoder.mean + TRUNCATION * (codes - encoder.mean)).clone()


class Codes(nn.Module):
    """Codes [N, 512] of pictures, updated only when their picture is in the batch.

    An optimizer whose momentum moves all codes at every step lets them drift, and the training diverges.
    """

    def __init__(self, codes: Tensor, covariance: Tensor) -> None:
        super().__init__()
        self.register_buffer("codes", codes)
        self.register_buffer("covariance", covariance, persistent=False)
        self.codes: Tensor
        self.covariance: Tensor

    def forward(self, numbers: Tensor) -> Tensor:
        """Return the codes [B, 512] of the pictures `numbers` [B] as leaves that collect gradients."""
        return self.codes[numbers].requires_grad_()

    @torch.no_grad()
    def move(self, numbers: Tensor, gradient: Tensor, length: float) -> None:
        """Take a normalized gradient step of `length` with the codes of `numbers` [B].

        The step is length * C g / sqrt(g' C g), for a gradient g of [B, 512] and the covariance C of the generator's
        codes: a gradient step in whitened W, with its length measured there.
        """
        step = gradient @ self.covariance
        size = (step * gradient).sum(1, keepdim=True).clamp_min(1e-20).sqrt()
        self.codes[numbers] -= length * step / size
