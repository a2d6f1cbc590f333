"""A projected discriminator (Sauer et al., 2021): it sees the feature maps of a frozen network, at four scales.

On pixels a discriminator memorizes a few hundred photos within minutes; on features of a pretrained network it does so
later.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm

from hyperstyle.training.animals.features import CHANNELS, FeatureNetwork

WIDTH = 64  # channels of the projected maps
LEAST = 128  # smaller pictures are upsampled to this side, so that the coarsest map keeps 4 pixels


class RandomProjection(nn.Module):
    """Mixes feature maps by fixed random convolutions: across channels, then across scales from coarse to fine.

    Without it discriminators look at a few channels and ignore the rest.
    """

    def __init__(self) -> None:
        super().__init__()
        self.channels = nn.ModuleList(nn.Conv2d(channels, WIDTH, 1) for channels in CHANNELS)
        self.scales = nn.ModuleList(nn.Conv2d(WIDTH, WIDTH, 3, padding=1) for _ in CHANNELS)
        for layer in [*self.channels, *self.scales]:
            assert isinstance(layer, nn.Conv2d)
            nn.init.kaiming_normal_(layer.weight, nonlinearity="linear")
        self.requires_grad_(False)

    def forward(self, maps: list[Tensor]) -> list[Tensor]:
        """Project feature maps [N, C, H, W], given from fine to coarse, to [N, WIDTH, H, W]."""
        mixed: list[Tensor] = []
        for place in reversed(range(len(maps))):
            x = self.channels[place](maps[place])
            if mixed:
                x = (x + F.interpolate(mixed[0], scale_factor=2.0, mode="bilinear")) * 0.5**0.5
            mixed.insert(0, self.scales[place](x))
        return mixed


def patch_discriminator() -> nn.Sequential:
    """Build a discriminator of maps [N, WIDTH, H, W] -> logits [N, 1, H / 2, W / 2]."""
    return nn.Sequential(
        spectral_norm(nn.Conv2d(WIDTH, WIDTH, 3, padding=1)),
        nn.LeakyReLU(0.2),
        spectral_norm(nn.Conv2d(WIDTH, 2 * WIDTH, 4, stride=2, padding=1)),
        nn.LeakyReLU(0.2),
        spectral_norm(nn.Conv2d(2 * WIDTH, 1, 1)),
    )


class ProjectedDiscriminator(nn.Module):
    """A patch discriminator for each projected feature map."""

    def __init__(self) -> None:
        super().__init__()
        self.projection = RandomProjection()
        self.heads = nn.ModuleList(patch_discriminator() for _ in CHANNELS)

    def forward(self, features: FeatureNetwork, pictures: Tensor) -> list[Tensor]:
        """Return the logits [N, P] of pictures [N, 3, S, S] in [-1, 1] for each scale; photos should be above 0."""
        if pictures.shape[-1] < LEAST:
            pictures = F.interpolate(pictures, size=(LEAST, LEAST), mode="bilinear")
        maps = self.projection(features(pictures))
        return [head(each).flatten(1) for head, each in zip(self.heads, maps, strict=True)]


def discriminator_loss(real: list[Tensor], fake: list[Tensor]) -> Tensor:
    """Return the hinge loss, mean(relu(1 - real) + relu(1 + fake)), averaged over scales."""
    pairs = zip(real, fake, strict=True)
    return torch.stack([F.relu(1 - ours).mean() + F.relu(1 + theirs).mean() for ours, theirs in pairs]).mean()


def generator_loss(fake: list[Tensor]) -> Tensor:
    """Return mean(-fake), averaged over scales."""
    return torch.stack([-logits.mean() for logits in fake]).mean()
