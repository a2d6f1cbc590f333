"""A small discriminator that tells photos from generated pictures."""

import torch
from torch import Tensor, nn

from hyperstyle.networks.encoders import strided_convs

LAST = 4  # side of the last feature map, in pixels


class Discriminator(nn.Module):
    """Strided convolutions down to 4x4 pixels, with the minibatch standard deviation as an extra channel."""

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
        """Return logits [N] of pictures [N, 3, size, size] in [-1, 1] being photos: above 0 for photos."""
        maps = self.convs(pictures)
        # As in StyleGAN2: a generator that always gives the same picture shows in the batch's standard deviation.
        spread = (maps.var(0, correction=0) + 1e-8).sqrt().mean()
        beside = spread.expand(len(maps), 1, *maps.shape[2:])
        return self.verdict(torch.cat([maps, beside], 1))[:, 0]
