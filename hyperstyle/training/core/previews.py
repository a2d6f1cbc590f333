"""Differentiable previews: small pictures through which gradients reach the kernels that a hypernetwork has changed."""

from collections.abc import Iterator

import torch
from torch import Tensor

from hyperstyle.networks.embedded_model import EmbeddedModel
from hyperstyle.networks.generator import Kernels
from hyperstyle.networks.preview_head import SIZE, preview


def render_previews(model: EmbeddedModel, codes: Tensor, kernels: Kernels) -> Tensor:
    """Render previews [N, 3, S, S] of codes [N, 512]; kernels [N, out, in, kh, kw] belong to one code each."""
    pictures = []
    for part in preview_slices(model, len(codes)):
        own = {layer: kernel[part] if kernel.ndim == 5 else kernel for layer, kernel in kernels.items()}
        pictures.append(preview(model.generator, model.head, codes[part], own))
    return torch.cat(pictures)


def preview_slices(model: EmbeddedModel, count: int) -> Iterator[slice]:
    """Split `count` previews into slices to render together: all on a GPU, as many as fit the cache on a CPU."""
    small = SIZE // preview_size(model)
    at_once = small if model.head.narrow.device.type == "cpu" else count
    return (slice(first, first + at_once) for first in range(0, count, at_once))


def preview_size(model: EmbeddedModel) -> int:
    """Return the side of the previews in pixels."""
    return 2 * model.head.features


def mean_l2_lpips(model: EmbeddedModel, pictures: Tensor, photos: Tensor) -> tuple[float, float]:
    """Return the mean L2 and LPIPS between pictures and photos, both [N, 3, S, S] in [-1, 1]."""
    return float((pictures - photos).square().mean()), float(model.lpips(pictures, photos).mean())
