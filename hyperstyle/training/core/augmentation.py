"""Data augmentation: random changes of pictures as cameras, phones and websites make them."""

import torch
from torch import Tensor
from torch.nn import functional as F


def photometric_jitter(pictures: Tensor) -> Tensor:
    """Return pictures [N, 3, H, W] in [-1, 1], each with random gamma, saturation, contrast, tint, blur and noise."""
    n = pictures.shape[0]

    def noise(spread: float, channels: int = 1) -> Tensor:
        return torch.randn(n, channels, 1, 1, device=pictures.device) * spread

    light = (pictures * 0.5 + 0.5).clamp(0, 1) ** torch.exp(noise(0.1))
    grey = light.mean(1, keepdim=True)
    colour = grey + (light - grey) * torch.exp(noise(0.1))
    contrast = (colour - 0.5) * torch.exp(noise(0.08)) + 0.5 + noise(0.03) + noise(0.02, 3)
    soft = F.avg_pool2d(F.pad(contrast, (1, 1, 1, 1), mode="replicate"), 3, stride=1)
    share = noise(0.5).abs().clamp(max=1)
    mixed = contrast + (soft - contrast) * share
    return (mixed + torch.randn_like(mixed) * noise(0.02).abs()).clamp(0, 1) * 2 - 1


def random_flip(pictures: Tensor) -> Tensor:
    """Return pictures [N, 3, H, W], each flipped left to right with probability 1/2."""
    turned = torch.rand(len(pictures), 1, 1, 1, device=pictures.device) < 0.5
    return torch.where(turned, pictures.flip(3), pictures)
