"""How the content of one picture moves to become another: optical flow, coarse to fine (Lucas and Kanade, 1981)."""

import torch
from torch import Tensor
from torch.nn import functional as F

from hyperstyle.photo.fields import blur, moved, resized, shrunk_by

_COARSEST = 32  # pixels of the shorter side at which motion is first looked for
_ROUNDS = 3  # at full size; the smaller the picture, the more, as what moves far takes many steps there
_WINDOW = 4.0  # sigma, in pixels, of the surroundings that move together
_STILLNESS = 100.0  # squared gradient, in (1/255)², below which a surface rather stands still
_SMOOTHNESS = 2.5  # sigma of the blur of the motion itself
_FARTHEST = 2.0  # pixels in one round


def motion_between(before: Tensor, after: Tensor) -> Tensor:
    """The motion [1, 2, h, w] in pixels, x and y, with after(p) = before(p - motion(p)); pictures are [1, 3, h, w].

    Each round solves, in a Gaussian window around every pixel, (sum g gᵀ + stillness) d = -sum g (after - before)
    for the step d, where g is the gradient of `before` as it has moved so far. It is smooth, and exactly 0 where both
    pictures are the same.
    """
    factor = max(1, min(before.shape[2:]) // _COARSEST)
    motion = torch.zeros(1, 2, *shrunk_by(before, factor).shape[2:])
    while True:
        one, other = shrunk_by(before, factor), shrunk_by(after, factor)
        height, width = one.shape[2:]
        if motion.shape[2:] != one.shape[2:]:
            motion = resized(motion, height, width) * (width / motion.shape[3])
        for _ in range(_ROUNDS * factor):
            motion = blur(motion + _step(moved(one, motion), other), _SMOOTHNESS)
        if factor == 1:
            return motion
        factor //= 2


def _step(before: Tensor, after: Tensor) -> Tensor:
    """By how much to move on [1, 2, h, w]."""
    padded = F.pad(before, (1, 1, 1, 1), mode="replicate")
    by_x = (padded[:, :, 1:-1, 2:] - padded[:, :, 1:-1, :-2]) / 2
    by_y = (padded[:, :, 2:, 1:-1] - padded[:, :, :-2, 1:-1]) / 2
    change = after - before
    products = (by_x * by_x, by_x * by_y, by_y * by_y, by_x * change, by_y * change)
    sums = blur(torch.cat([product.sum(1, keepdim=True) for product in products], dim=1), _WINDOW)
    xx, xy, yy, xt, yt = sums.split(1, dim=1)
    xx, yy = xx + _STILLNESS, yy + _STILLNESS
    step = torch.cat([xy * yt - yy * xt, xy * xt - xx * yt], dim=1) / (xx * yy - xy * xy)
    return step.clamp(-_FARTHEST, _FARTHEST)
