"""Features of a frozen MobileNetV2, trained on ImageNet."""

from itertools import pairwise
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from hyperstyle.errors import StudioError

MEAN, STD = (
    (0.485, 0.456, 0.406),
    (0.229, 0.224, 0.225),
)  # of ImageNet's pictures in [0, 1]
ENDS = (4, 7, 14, 18)  # of its stages: indices of the layers after the last one of each resolution
CHANNELS = (24, 32, 96, 320)  # of the stages' feature maps, whose strides are 4, 8, 16 and 32
POOLED = 1280  # channels of the pooled features


class FeatureNetwork(nn.Module):
    """MobileNetV2 without its classifier."""

    def __init__(self) -> None:
        from torchvision.models import mobilenet_v2  # here, because it takes as long to import as torch

        super().__init__()
        self.layers = mobilenet_v2().features
        self.register_buffer("mean", torch.tensor(MEAN).view(3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(STD).view(3, 1, 1), persistent=False)
        self.mean: Tensor
        self.std: Tensor

    def forward(self, pictures: Tensor) -> list[Tensor]:
        """Return the feature maps [N, C, H / s, W / s], s = 4, 8, 16, 32, of pictures [N, 3, H, W] in [-1, 1]."""
        x, maps = ((pictures + 1) / 2 - self.mean) / self.std, []
        for start, end in pairwise((0, *ENDS)):
            x = self.layers[start:end](x)
            maps.append(x)
        return maps

    def pooled(self, pictures: Tensor) -> Tensor:
        """Return the globally pooled features [N, 1280] of pictures [N, 3, H, W] in [-1, 1]."""
        return self.layers[-1](self(pictures)[-1]).mean((2, 3))


def load_features(path: Path) -> FeatureNetwork:
    """Load torchvision's published weights, with batch normalization folded into the convolutions."""
    network = FeatureNetwork().eval()
    saved = torch.load(path, map_location="cpu", weights_only=True)
    prefix = "features."
    layers = {name.removeprefix(prefix): value for name, value in saved.items() if name.startswith(prefix)}
    try:
        network.layers.load_state_dict(layers)
    except RuntimeError as error:
        raise StudioError(f"{path.name} does not hold the weights of MobileNetV2.") from error
    fold_batch_norms(network)
    return network.requires_grad_(False).to(memory_format=torch.channels_last)


def fold_batch_norms(network: nn.Module) -> None:
    """Fold every batch normalization into the convolution before it."""
    for module in network.modules():
        if not isinstance(module, nn.Sequential):
            continue
        for index in range(len(module) - 1):
            convolution, normalization = module[index], module[index + 1]
            if isinstance(convolution, nn.Conv2d) and isinstance(normalization, nn.BatchNorm2d):
                module[index], module[index + 1] = fuse_conv_bn_eval(convolution, normalization), nn.Identity()
