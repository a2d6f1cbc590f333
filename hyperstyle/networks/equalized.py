"""StyleGAN2's equalized linear layer: weights are stored at unit variance and scaled when used."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def random_weights(*shape: int, std: float = 1.0) -> Tensor:
    """Return uniformly distributed random numbers with mean 0 and standard deviation `std`.

    Not normally distributed, because models are built on the meta device before their weights are read, and there
    `torch.randn` would import sympy, which takes a second and 70 MB.
    """
    bound = std * math.sqrt(3)
    return torch.empty(shape).uniform_(-bound, bound)


class EqualizedLinear(nn.Module):
    """[..., inputs] -> [..., outputs]: `x @ weight.T * lr_multiplier / sqrt(inputs) + bias * lr_multiplier`.

    `lr_multiplier` is the learning-rate multiplier that the layer was trained with.
    """

    def __init__(self, inputs: int, outputs: int, lr_multiplier: float = 1.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(random_weights(outputs, inputs, std=1 / lr_multiplier))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.lr_multiplier = lr_multiplier
        self.scale = lr_multiplier / math.sqrt(inputs)

    def forward(self, x: Tensor) -> Tensor:
        """Apply the layer to the last axis of x [..., inputs]."""
        return F.linear(x, self.weight * self.scale, self.bias * self.lr_multiplier)
