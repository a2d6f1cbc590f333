"""Functions shared by the methods that optimize codes or kernels for one photo."""

import torch
from torch import Tensor

from hyperstyle.inversion.hyperstyle import Model
from hyperstyle.networks.generator import Generator, Kernels, OffsetMode, Offsets, Styles

MIN_ENTRY = 1e-3  # share of a kernel's root mean square; offsets, which multiply, are divided by no smaller entry


def render_view(model: Model, styles: Styles, kernels: Kernels) -> Tensor:
    """Return pictures [N, 3, H, W] of styles and kernels, cropped to the model's view."""
    return model.view.crop(model.generator.synthesize(styles, kernels))


def kernels_for(generator: Generator, count: int, offsets: Offsets | None = None) -> dict[int, Tensor]:
    """Return layer index -> kernels [N, out, in, kh, kw], one for each of N = `count` pictures, `offsets` applied."""
    kernels = generator.kernels(offsets)
    return {layer: kernel.detach().expand(count, *kernel.shape[-4:]) for layer, kernel in kernels.items()}


def normal_like(codes: Tensor) -> Tensor:
    """Return normal random numbers of the shape and device of `codes`; a seed gives the same numbers on any device."""
    return torch.randn(codes.shape).to(codes)


@torch.no_grad()
def offsets_to(generator: Generator, kernels: Kernels) -> Offsets:
    """Return the offsets [N, out, in, kh, kw] that turn the generator's kernels into `kernels` of that shape."""
    offsets = {}
    for layer, own in generator.kernels().items():
        change = kernels[layer].detach() - own
        if generator.offset_mode is OffsetMode.MULTIPLIED:
            least = MIN_ENTRY * own.square().mean().sqrt()
            change = change / torch.where(own.abs() < least, least.copysign(own), own)
        offsets[layer] = change
    return offsets
