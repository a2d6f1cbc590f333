"""The linear layer of StyleGAN2, whose weights are stored at unit variance and scaled when used."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class EqualisedLinear(nn.Module):
    """[..., inputs] -> [..., outputs]: `x @ weight.T * rate / sqrt(inputs) + bias * rate`.

    `rate` is the learning rate multiplier the layer was trained with.
    """

    def __init__(self, inputs: int, outputs: int, rate: float = 1.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs) / rate)
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.rate = rate
        self.scale = rate / math.sqrt(inputs)

    def forward(self, x: Tensor) -> Tensor:
        """Apply the layer to the last axis of x."""
        return F.linear(x * self.scale, self.weight, self.bias * self.rate)
