"""Models for the tests of methods that optimize codes or kernels, made of real parts."""

import copy
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from hyperstyle.device import fast_dtype
from hyperstyle.inversion.step import Step
from hyperstyle.networks.generator import Generator, OffsetMode
from hyperstyle.networks.lpips import Lpips
from hyperstyle.networks.mobile_stylegan import MappingNetwork, MobileGenerator
from hyperstyle.networks.stylegan2 import Design, StyleGan2
from hyperstyle.networks.view import SQUARE, View
from hyperstyle.weights.lpips_loading import load_lpips
from tests.weights_at_hand import weight_file


@dataclass
class Parts:
    """A model that gives every photo the same code."""

    generator: Generator
    lpips: Lpips
    mapping: Callable[[Tensor], Tensor]
    code: Tensor
    view: View = SQUARE

    def encode(self, photo: Tensor) -> Tensor:
        return self.code.expand(len(photo), *self.code.shape[1:])

    def far(self, step: Step, photo: Tensor) -> tuple[float, float]:
        """L2 and LPIPS of a step against the photo."""
        pooled = self.view.pool(step.picture)
        return (pooled - photo).square().mean().item(), self.lpips(pooled, photo).mean().item()


def embedded(generator: MobileGenerator, mapping: MappingNetwork, code: Tensor) -> Parts:
    """The embedded generator at the precision that it is used with."""
    light = copy.deepcopy(generator).requires_grad_(False)
    light.compute_in(fast_dtype(torch.device("cpu")))
    return Parts(light, load_lpips(weight_file("lpips-alexnet")), mapping.requires_grad_(False), code)


def small(offset_mode: OffsetMode = OffsetMode.MULTIPLIED) -> Parts:
    """A StyleGAN2 for 32 pixels with random weights."""
    torch.manual_seed(0)
    generator = StyleGan2(32, Design(channel_max=128), offset_mode=offset_mode).requires_grad_(False)
    code = generator.mapping(torch.randn(1, 512))
    return Parts(generator, load_lpips(weight_file("lpips-alexnet")), generator.mapping, code)


def another_face(model: Parts, seed: int = 5, view: View = SQUARE) -> Tensor:
    """A photo [1, 3, view.height, view.width]: the picture of another code."""
    code = model.mapping(torch.randn(1, 512, generator=torch.Generator().manual_seed(seed)))
    with torch.no_grad():
        return view.pool(model.generator(code)).clamp(-1, 1)
