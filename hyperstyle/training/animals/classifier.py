"""A classifier of big cats: MobileNetV2 with its own classes of ImageNet, independent of the labels of our photos."""

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from hyperstyle.training.animals.features import POOLED, FeatureNetwork, load_features

CLASSES = {"leopard": (288, 290), "lion": (291,), "tiger": (292,), "cheetah": (293,)}
"""Kind -> its classes of ImageNet; jaguars count as leopards, from which they are hardly told."""
SIDE = 224  # pixels of the pictures it was trained on


class Classifier(nn.Module):
    """MobileNetV2 with its classifier, of which only `CLASSES` are read."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.features: FeatureNetwork = load_features(path)
        self.last = nn.Linear(POOLED, 1000)
        saved = torch.load(path, map_location="cpu", weights_only=True)
        prefix = "classifier.1."
        self.last.load_state_dict({name.removeprefix(prefix): saved[name] for name in saved if prefix in name})

    @torch.inference_mode()
    def forward(self, pictures: Tensor) -> Tensor:
        """Return the probabilities [N, kinds] of pictures [N, 3, H, W], RGB in [-1, 1], among all of ImageNet."""
        seen = F.interpolate(pictures.clamp(-1, 1), size=(SIDE, SIDE), mode="area")
        shares = self.last(self.features.pooled(seen)).softmax(1)
        return torch.stack([shares[:, list(numbers)].sum(1) for numbers in CLASSES.values()], 1)

    def kinds(self, pictures: Tensor) -> list[str]:
        """Return the likeliest kind in each of the pictures [N, 3, H, W], RGB in [-1, 1]."""
        return [list(CLASSES)[number] for number in self(pictures).argmax(1).tolist()]
