"""Differentiable augmentation (Zhao et al., 2020): random colour, translation and cutout before the discriminator.

Photos and generated pictures are augmented alike, and the generator's gradients pass through.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

SHIFT = 1 / 8  # largest translation, as a share of the side
HOLE = 3 / 8  # side of the cutout, as a share of the side


def augment(pictures: Tensor) -> Tensor:
    """Augment pictures [N, 3, S, S] in [-1, 1], each with its own random parameters."""
    return cut_out(translate(change_colour(pictures)))


def uniform(pictures: Tensor) -> Tensor:
    """Return a random number in [-0.5, 0.5] per picture, [N, 1, 1, 1]."""
    return torch.rand(len(pictures), 1, 1, 1, device=pictures.device) - 0.5


def change_colour(pictures: Tensor) -> Tensor:
    """Change brightness, saturation and contrast."""
    pictures = pictures + 0.6 * uniform(pictures)
    grey = pictures.mean(1, keepdim=True)
    pictures = grey + (pictures - grey) * (1 + uniform(pictures))
    mean = pictures.mean((1, 2, 3), keepdim=True)
    return mean + (pictures - mean) * (1 + 0.6 * uniform(pictures))


def translate(pictures: Tensor) -> Tensor:
    """Translate by whole pixels, with zero padding."""
    size = pictures.shape[-1]
    most = int(size * SHIFT)
    padded = F.pad(pictures, (most, most, most, most))
    places = torch.randint(0, 2 * most + 1, (len(pictures), 2)).tolist()
    windows = zip(padded, places, strict=True)
    return torch.stack([each[:, top : top + size, left : left + size] for each, (top, left) in windows])


def cut_out(pictures: Tensor) -> Tensor:
    """Set a square at a random position to zero."""
    size = pictures.shape[-1]
    hole = int(size * HOLE)
    mask = torch.ones(len(pictures), 1, size, size, device=pictures.device)
    for each, (top, left) in zip(mask, torch.randint(0, size - hole + 1, (len(pictures), 2)).tolist(), strict=True):
        each[:, top : top + hole, left : left + hole] = 0
    return pictures * mask
