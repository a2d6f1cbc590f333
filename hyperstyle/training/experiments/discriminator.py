"""A small discriminator: whether a picture is a photo or the work of a generator."""

import torch
from torch import Tensor, nn

from hyperstyle.networks.encoders import strided_convs

LAST = 4  # pixels along a side that are left for the verdict


class Discriminator(nn.Module):
    """Convolutions that halve the picture until it is 4 pixels wide, and how much the pictures of a batch differ."""

    def __init__(self, size: int, width: int = 32, most: int = 256) -> None:
        super().__init__()
        widths = [min(width << index, most) for index in range((size // LAST).bit_length() - 1)]
        self.convs = strided_convs(3, widths)
        self.verdict = nn.Sequential(
            nn.Conv2d(widths[-1] + 1, widths[-1], 3, padding=1),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
            nn.Linear(widths[-1] * LAST**2, 1),
        )

    def forward(self, pictures: Tensor) -> Tensor:
        """How sure it is that pictures [N, 3, size, size] in [-1, 1] are photos, [N]: above 0 they rather are."""
        maps = self.convs(pictures)
        # As in StyleGAN2: a generator that always draws the same is found out by the whole batch.
        spread = (maps.var(0, correction=0) + 1e-8).sqrt().mean()
        beside = spread.expand(len(maps), 1, *maps.shape[2:])
        return self.verdict(torch.cat([maps, beside], 1))[:, 0]
