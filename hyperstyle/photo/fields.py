"""Pictures as tensors [1, channels, H, W] that are blurred, shrunk, enlarged and moved; lengths are in their pixels."""

from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional as F

from hyperstyle.photo.reading import Pixels


def to_field(pixels: Pixels) -> Tensor:
    """A picture [H, W, 3] as [1, 3, H, W], 0 to 255 still."""
    return torch.from_numpy(pixels.copy()).permute(2, 0, 1)[None].float()


def blur(field: Tensor, sigma: float) -> Tensor:
    """Gaussian blur; beyond its edges a picture goes on as it ends."""
    height, width = field.shape[2:]
    return _blur_matrix(height, sigma) @ field @ _blur_matrix(width, sigma).T


@lru_cache(64)
def _blur_matrix(size: int, sigma: float) -> Tensor:
    """Return the weights [size, size] of a row's pixels in each blurred one; products are quicker than convolutions."""
    radius = max(1, round(2.5 * sigma))
    place = torch.arange(-radius, radius + 1)
    kernel = torch.exp(-(place.float() ** 2) / (2 * max(sigma, 1e-3) ** 2))
    sources = (torch.arange(size)[:, None] + place).clamp(0, size - 1)
    return torch.zeros(size, size).scatter_add_(1, sources, (kernel / kernel.sum()).expand(size, -1))


def shrunk_by(field: Tensor, factor: int) -> Tensor:
    """Means of squares of `factor` pixels; those at the end may be cut off."""
    return F.avg_pool2d(field, factor, ceil_mode=True) if factor > 1 else field


def resized(field: Tensor, height: int, width: int) -> Tensor:
    """A picture at another size, bilinear."""
    if field.shape[2:] == (height, width):
        return field
    shrinks = height < field.shape[2]
    return F.interpolate(field, (height, width), mode="bilinear", align_corners=False, antialias=shrinks)


def widened(field: Tensor, radius: int) -> Tensor:
    """The largest value within about `radius` pixels, in an octagon: a square and a cross of 3 pixels by turns."""
    for step in range(radius):
        rows = _largest_of_three(field, 3)
        field = _largest_of_three(rows, 2) if step % 2 else torch.maximum(rows, _largest_of_three(field, 2))
    return field


def _largest_of_three(field: Tensor, dim: int) -> Tensor:
    """The largest of a value and its two neighbours along a dimension; in a fifth of the time of a pooling."""
    size = field.shape[dim]
    largest = field.clone()
    after, before = largest.narrow(dim, 1, size - 1), largest.narrow(dim, 0, size - 1)
    torch.maximum(after, field.narrow(dim, 0, size - 1), out=after)
    torch.maximum(before, field.narrow(dim, 1, size - 1), out=before)
    return largest


def smoothstep(field: Tensor, low: float, high: float) -> Tensor:
    """From 0 at `low` to 1 at `high` without a corner."""
    share = ((field - low) / (high - low)).clamp(0, 1)
    return share * share * (3 - 2 * share)


def moved(field: Tensor, motion: Tensor, top: int = 0, left: int = 0, *, sharp: bool = False) -> Tensor:
    """A part of a picture whose content has gone along a motion [1, 2, h, w], x and y; the part is as large as that.

    Its pixel p, counted from `top` and `left`, is field(p - motion(p)), bilinear; bicubic, which keeps fine detail and
    takes longer, where it has to be `sharp`.
    """
    height, width = motion.shape[2:]
    y, x = torch.arange(top, top + height)[:, None] + 0.5, torch.arange(left, left + width) + 0.5
    size = torch.tensor([field.shape[3], field.shape[2]])
    source = torch.stack([x - motion[0, 0], y - motion[0, 1]], dim=2) * (2 / size) - 1
    mode = "bicubic" if sharp else "bilinear"
    return F.grid_sample(field, source[None], mode, padding_mode="border", align_corners=False)
