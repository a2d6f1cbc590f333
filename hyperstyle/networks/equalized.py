"""The linear layer of StyleGAN2, whose weights are stored at unit variance and scaled when used."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def random(*shape: int, std: float = 1.0) -> Tensor:
    """Random numbers around 0 with the standard deviation `std`.

    Evenly distributed: on the meta device, where models are built before their weights are read, normal ones would
    make torch import a computer algebra system first, which takes a second and 70 MB.
    """
    bound = std * math.sqrt(3)
    return torch.empty(shape).uniform_(-bound, bound)


class EqualizedLinear(nn.Module):
    """[..., inputs] -> [..., outputs]: `x @ weight.T * rate / sqrt(inputs) + bias * rate`.

    `rate` is the learning rate multiplier the layer was trained with.
    """

    def __init__(self, inputs: int, outputs: int, rate: float = 1.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(random(outputs, inputs, std=1 / rate))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.rate = rate
        self.scale = rate / math.sqrt(inputs)

    def forward(self, x: Tensor) -> Tensor:
        """Apply the layer to the last axis of x."""
        return F.linear(x, self.weight * self.scale, self.bias * self.rate)
