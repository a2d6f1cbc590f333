"""What the methods share that find codes or kernels by descending on one photo instead of asking a network."""

import torch
from torch import Tensor

from hyperstyle.inversion.hyperstyle import Model
from hyperstyle.networks.generator import Generator, Kernels, OffsetMode, Offsets, Styles
from hyperstyle.networks.lpips import difference

LEAST = 1e-3  # of a kernel's usual size: smaller entries count as this much, since offsets multiply


def drawn(model: Model, styles: Styles, kernels: Kernels) -> Tensor:
    """The cropped pictures [N, 3, H, W] of styles and kernels."""
    return model.view.crop(model.generator.synthesize(styles, kernels))


def distance(model: Model, picture: Tensor, photo: Tensor) -> Tensor:
    """How far cropped pictures are from photos [N, 3, height, width] of the view, [N]."""
    return difference(model.view.pool(picture), photo, model.lpips)


def kernels_for(generator: Generator, count: int, offsets: Offsets | None = None) -> dict[int, Tensor]:
    """A kernel [N, out, in, kh, kw] of every layer for each of `count` pictures, with `offsets` applied."""
    kernels = generator.kernels(offsets)
    return {layer: kernel.detach().expand(count, *kernel.shape[-4:]) for layer, kernel in kernels.items()}


def normal_like(codes: Tensor) -> Tensor:
    """Normal random numbers of the shape of codes and where they are, from one seed the same on every device."""
    return torch.randn(codes.shape).to(codes)


@torch.no_grad()
def offsets_to(generator: Generator, kernels: Kernels) -> Offsets:
    """The offsets [N, out, in, kh, kw] by which the generator's kernels become `kernels` of that shape."""
    offsets = {}
    for layer, own in generator.kernels().items():
        change = kernels[layer].detach() - own
        if generator.offset_mode is OffsetMode.MULTIPLIED:
            least = LEAST * own.square().mean().sqrt()
            change = change / torch.where(own.abs() < least, least.copysign(own), own)
        offsets[layer] = change
    return offsets
