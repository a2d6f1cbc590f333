"""An edit carried into a photo: what it changed between two pictures of the generator, and nothing else.

The generator draws the photo before an edit (its reconstruction, with its losses) and after it. Both are its own, so
that their difference is the edit alone. It comes in two parts: the motion from one to the other, along which the photo
itself is moved, and what is new beyond that (an opened mouth's teeth, another colour of hair), which is added. A mask
of that difference says where; outside of it the photo stays as it is, bit for bit. Where a head turns, all of it moves,
and motion alone is carried, unless more was edited.

With the photo P, the reconstruction R, the edited picture E, the motion v of R to E, and P' and R' moved along it:

    result = P' + mask (E - R' - replaced (P' - R' - tint))

`replaced` is 0 where little changed but position and light: there the photo keeps its own detail. It is 1 where shapes
appear: there the edited picture itself shows, so that nothing old shines through. The tint brings it to the photo's
colours: around every pixel, P' - R' is fitted by an affine function of the colour of R', which is then taken of E.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from hyperstyle.photo.fields import blur, moved, resized, shrunk_by, smoothstep, to_field, widened
from hyperstyle.photo.motion import motion_between
from hyperstyle.photo.painting import Painted
from hyperstyle.photo.reading import Pixels

# Lengths are in pixels of a grid on which masks and motion are found; differences are of 255.
_GRID = 256  # of its shorter side
_SHADING = 10.0  # sigma of the blur of light and shade, which do not move
_FEATURE = 3.0  # sigma of the blur of differences: what is finer is texture, which may differ between two pictures
_MOTION_COUNTS = 0.6  # share of a difference explained by motion alone that counts for the mask
_CORNER = 0.35  # importance of a difference in the crop's corners
_PEAK = 0.995  # quantile that stands for the largest difference
_NEARBY = 14.0  # sigma of the surroundings in which strong differences make weak ones count
_LOW, _HIGH = 0.05, 0.15  # shares of the largest difference from which the mask rises, and at which it is 1,
_LEAST_LOW, _LEAST_HIGH = 3.0, 8.0  # but at least these differences, which are everywhere between two pictures
_ALL = 50.0  # sigma of the surroundings whose mean motion tells that a head turns
_TURNS, _TURNED = 2.0, 3.0  # mean motion from which a turn is carried, and at which all of it is
_MIDDLE = 0.65  # share of the way to the border up to which all moves along; from there on less, and the border stays
_MIDDLE_OF_PART = 0.85  # the same for pictures that replace a part of the photo
_INSIDE = 0.92  # share of that way from which an edit fades, so that it ends with the crop
_MISTRUSTED, _STEADY = 6.0, 4.0  # difference that halves the trust in a motion, and sigma of the blur that steadies it
_MISSED, _NEW = 0.5, 0.7  # share of a difference that motion misses in a turn, and share from which it is another edit
_THINNEST = 4  # half the width of the thinnest part of the mask: thinner are outlines that moved a little
_STRONG = 0.6  # share of the largest difference that every island of the mask reaches somewhere
_COARSE = 4  # pixels to one where islands are told apart and colours are fitted
_ROOM, _EDGE = 2, 2.5  # by how much the mask is widened, and the sigma of its edge
_STILL, _MOVED = 0.1, 0.5  # motion from which the photo's finest detail is dropped, and at which it is gone
_DETAIL = 6.0  # sigma of the blur below which detail begins
_GHOST, _SHAPE = 3.0, 8.0  # new detail from which the photo's own is replaced, and at which it is gone
_SPREAD = 2  # by how much what is replaced is widened and blurred
_DIMMED = 0.4  # brightness of what stays where the mask is shown
_COLOUR = 24.0  # sigma of the surroundings in which colours are fitted
_COLOUR_NOISE = 200.0  # variance of colours, in (1/255)², below which they all are taken for one


@dataclass(frozen=True, eq=False)
class EditedCrop:
    """The part of a photo that was inverted, with an edit carried into it."""

    pixels: Pixels
    """[H, W, 3]."""
    mask: NDArray[np.float32]
    """[H, W], how much of the edit is carried there, as motion or as what is new: exactly 0 where the photo stays."""
    kept_detail: NDArray[np.float32]
    """[H, W], 0 to 1: how much of the detail that is finer than these pixels stays; 1 where the photo stays."""

    @classmethod
    def of_whole_picture(cls, pixels: Pixels) -> "EditedCrop":
        """Return the crop of a picture that takes the photo's place everywhere."""
        everywhere = np.ones(pixels.shape[:2], np.float32)
        return cls(pixels, everywhere, 1 - everywhere)

    @classmethod
    def of_part(cls, original: Pixels, picture: Pixels, part: NDArray[np.float32]) -> "EditedCrop":
        """Return the crop of a picture that takes the photo's place in a part of it.

        `part` [H, W], 0 to 1, fades before the crop's border.
        """
        mask = part * _inwards(torch.from_numpy(part)[None, None], _MIDDLE_OF_PART).numpy()
        mixed = original + mask[..., None] * (picture.astype(np.float32) - original)
        return cls(mixed.round().astype(np.uint8), mask, 1 - mask)

    def with_mask_shown(self) -> Pixels:
        """The pixels [H, W, 3] in colour where the edit is carried, dark and grey where the photo stays."""
        grey = self.pixels.mean(axis=2, keepdims=True) * _DIMMED
        return (grey + self.mask[..., None] * (self.pixels - grey)).astype(np.uint8)


def transfer_edit(
    original: Pixels, reconstruction: Pixels, edited: Pixels, painted: Painted | None = None
) -> EditedCrop:
    """Carry the difference of two generated pictures into the photo's crop; all are [H, W, 3].

    Both pictures have one size, which may be smaller than the crop's.

    `painted` says where a visitor wants the photo to stay, or the edit to come.
    """
    photo, *pictures = (to_field(pixels) for pixels in (original, reconstruction, edited))
    height, width = photo.shape[2:]
    small_before, small_after = (_on_grid(picture, min(picture.shape[2:]) / _GRID) for picture in pictures)
    motion = _motion(small_before, small_after)
    news = small_after - moved(small_before, motion)
    amount, amount_of_news = _amount(small_after - small_before), _amount(news)
    turn = _turn(motion, amount)
    mask = _mask(amount, amount_of_news, turn)
    if painted is not None:
        mask, turn = _repainted(mask, painted), _repainted(turn, painted)
    moves = torch.maximum(mask, turn)
    motion = torch.lerp(motion, _steadied(motion, amount_of_news), turn) * moves
    replaced = _replaced(news)
    weight = resized(moves, height, width)
    shifted = smoothstep(_length(motion), _STILL, _MOVED)
    kept = resized((1 - mask * replaced) * (1 - shifted), height, width)
    result = original.copy()
    if box := _box(weight):
        top, bottom, left, right = box
        scale = min(height, width) / _GRID
        before, after = (resized(picture, height, width) for picture in pictures)

        def part(field: Tensor) -> Tensor:
            return resized(field, height, width)[..., top:bottom, left:right]

        here = part(mask)
        photo_moved = moved(photo, part(motion) * scale, top, left, sharp=True)
        before_moved = moved(before, part(motion) * scale, top, left)
        residual, after_here = photo_moved - before_moved, after[..., top:bottom, left:right]
        tint = _tint(before_moved, residual, after_here, scale)
        changed = photo_moved + here * (after_here - before_moved - part(replaced) * (residual - tint))
        changed = torch.where(weight[..., top:bottom, left:right] > 0, changed, photo[..., top:bottom, left:right])
        result[top:bottom, left:right] = _to_pixels(changed)
    return EditedCrop(result, weight[0, 0].numpy(), kept[0, 0].numpy())


def _on_grid(picture: Tensor, scale: float) -> Tensor:
    """A picture whose pixels are `scale` times as large."""
    height, width = (max(1, round(side / scale)) for side in picture.shape[2:])
    return resized(shrunk_by(picture, max(1, int(scale))), height, width)


def _box(weight: Tensor) -> tuple[int, int, int, int] | None:
    """Top, bottom, left and right of where a weight [1, 1, H, W] is not 0; None where it is 0 everywhere."""
    rows, columns = ((weight[0, 0] > 0).any(dim).nonzero().flatten().tolist() for dim in (1, 0))
    return (rows[0], rows[-1] + 1, columns[0], columns[-1] + 1) if rows else None


def _motion(before: Tensor, after: Tensor) -> Tensor:
    """The motion [1, 2, h, w] between pictures [1, 3, h, w], found at half their size: it is smooth."""
    halves = (_detail(shrunk_by(picture, 2), _SHADING / 2) for picture in (before, after))
    return 2 * resized(motion_between(*halves), *before.shape[2:])


def _turn(motion: Tensor, amount: Tensor) -> Tensor:
    """Return the mask of a turning head [1, 1, h, w], 0 to 1.

    Everything moves far there, and together; at the border nothing moves.

    Motion counts where it makes a difference, of this `amount`: on an even surface it is a guess.
    """
    seen = smoothstep(amount, _LEAST_LOW, _LEAST_HIGH)
    return smoothstep(blur(_length(motion) * seen, _ALL), _TURNS, _TURNED) * _inwards(motion, _MIDDLE)


def _inwards(field: Tensor, middle: float) -> Tensor:
    """0 at a field's border, 1 in its middle [h, w], which takes up that share of the way from the centre."""
    height, width = field.shape[2:]
    y, x = torch.linspace(-1, 1, height)[:, None].abs(), torch.linspace(-1, 1, width).abs()
    return (1 - smoothstep(y, middle, 1)) * (1 - smoothstep(x, middle, 1))


def _steadied(motion: Tensor, amount_of_news: Tensor) -> Tensor:
    """A motion [1, 2, h, w] that follows its surroundings where it explains little, and leaves much as news."""
    trust = 1 / (1 + (amount_of_news / _MISTRUSTED).square())
    return blur(motion * trust, _STEADY) / blur(trust, _STEADY)


def _mask(amount: Tensor, amount_of_news: Tensor, turn: Tensor) -> Tensor:
    """Return the mask [1, 1, h, w], 0 to 1, in which an edit is carried.

    It follows from the amounts [1, 1, h, w] of the differences without and with motion.

    In a turn, which is carried by motion, the rest is what motion missed, unless it is a large share of the difference.
    """
    importance = _importance(*amount.shape[2:])
    share = importance * _strength(amount_of_news) / _strength(amount).clamp_min(1)
    size = torch.maximum(amount_of_news, (1 - turn) * _MOTION_COUNTS * amount) * importance
    nearby = _strength_nearby(size)
    size = size * nearby
    peak = float(size.flatten().quantile(_PEAK))
    mask = smoothstep(size, max(_LOW * peak, _LEAST_LOW), max(_HIGH * peak, _LEAST_HIGH))
    mask = widened(-widened(-mask, _THINNEST), _THINNEST)
    mask = mask * (1 - turn * (1 - smoothstep(share, _MISSED, _NEW)))
    islands = _grown((size > _STRONG * peak) * mask, mask)
    soft = blur(widened(mask * islands, _ROOM), _EDGE)
    return ((soft - 0.02) / 0.98).clamp(0, 1) * _inwards(soft, _INSIDE)


def _amount(difference: Tensor) -> Tensor:
    """How large a difference is at the scale of features [1, 1, h, w], in its strongest colour."""
    return blur(difference, _FEATURE).abs().amax(1, keepdim=True)


def _strength_nearby(size: Tensor) -> Tensor:
    """Return the strength of differences [1, 1, h, w] around each pixel, 1 where they are strongest.

    An edit is where its strongest differences are; what little changes far from these, such as a light on the
    background, came along by chance.
    """
    strength = _strength(size)
    return strength / strength.max().clamp_min(1e-6)


def _strength(size: Tensor) -> Tensor:
    """The root of the mean square of differences [1, 1, h, w] around each pixel."""
    return blur(size.square(), _NEARBY).sqrt()


@lru_cache(8)
def _importance(height: int, width: int) -> Tensor:
    """What is inverted is in the middle of its crop: 1 there, less towards the corners [h, w]."""
    y, x = torch.linspace(-1, 1, height)[:, None], torch.linspace(-1, 1, width)
    return 1 - (1 - _CORNER) * smoothstep((x.square() + y.square()).sqrt(), 0.5, 1.1)


def _grown(seeds: Tensor, inside: Tensor) -> Tensor:
    """What of a mask [1, 1, h, w] is connected to a seed, as 0 and 1, to a few pixels."""
    ground = (F.max_pool2d(inside, _COARSE) > 0).float()
    reached = (F.max_pool2d(seeds, _COARSE) > 0).float() * ground
    while True:
        grown = widened(reached, 1) * ground
        if torch.equal(grown, reached):
            return resized(grown, *inside.shape[2:])
        reached = grown


def _length(motion: Tensor) -> Tensor:
    """The length [1, 1, h, w] of vectors [1, 2, h, w]; `norm` takes forty times as long along so short an axis."""
    return torch.hypot(motion[:, :1], motion[:, 1:])


def _detail(field: Tensor, sigma: float) -> Tensor:
    """A picture less its low frequencies."""
    return field - blur(field, sigma)


def _replaced(news: Tensor) -> Tensor:
    """Return the mask [1, 1, h, w], 0 to 1, in which the edited picture replaces the photo's own detail."""
    detail = _detail(news, _DETAIL).abs().mean(1, keepdim=True)
    return blur(widened(smoothstep(blur(detail, _SPREAD), _GHOST, _SHAPE), _SPREAD), _SPREAD)


def _repainted(mask: Tensor, painted: Painted) -> Tensor:
    """A mask with a visitor's wishes; exactly 0 inside of what must stay."""
    wish = resized(torch.from_numpy(painted)[None, None].float(), *mask.shape[2:])
    wish = 1.01 * blur(wish, 1.0)
    return torch.maximum(mask, wish.clamp(0, 1)) * (1 - (-wish).clamp(0, 1))


def _tint(before: Tensor, residual: Tensor, after: Tensor, scale: float) -> Tensor:
    """Return the colours that a picture `after` lacks of the photo; all are [1, 3, h, w].

    Around every pixel the `residual` of `before` is fitted by an affine function of its colour, as a guided filter
    does (He et al., 2010); skin and what is behind it so have colours of their own.
    """
    guide, target = (shrunk_by(_on_grid(picture, scale), _COARSE) for picture in (before, residual))
    height, width = guide.shape[2:]
    pairs = (guide[:, :, None] * torch.cat([guide, target], dim=1)[:, None]).reshape(1, 18, height, width)
    means = blur(torch.cat([guide, target, pairs], dim=1), _COLOUR / _COARSE)
    guide_mean, target_mean = means[0, :3].permute(1, 2, 0), means[0, 3:6].permute(1, 2, 0)
    moments = means[0, 6:].permute(1, 2, 0).reshape(height, width, 3, 6)
    covariance = moments - guide_mean[..., None] * torch.cat([guide_mean, target_mean], dim=2)[..., None, :]
    slope = torch.linalg.solve(covariance[..., :3] + _COLOUR_NOISE * torch.eye(3), covariance[..., 3:])
    offset = target_mean - (guide_mean[..., None, :] @ slope)[..., 0, :]
    tint, *slopes = (resized(part.permute(2, 0, 1)[None], *after.shape[2:]) for part in (offset, *slope.unbind(dim=2)))
    for colour, by_colour in enumerate(slopes):
        tint = tint.addcmul(after[:, colour : colour + 1], by_colour)
    return tint


def _to_pixels(field: Tensor) -> Pixels:
    """[1, 3, H, W] as 8 bits [H, W, 3]."""
    return np.ascontiguousarray(field[0].round().clamp(0, 255).byte().permute(1, 2, 0).numpy())
