"""The teacher of the toon style: larger eyes, smaller jaws, few shades of skin, and brown ink lines."""

from functools import cache

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from hyperstyle.photo.faces import FaceFinder
from hyperstyle.photo.tensors import to_pixels
from hyperstyle.training.styles.teachers import gaussian_blur, ink_lines, kuwahara, luma, posterize, saturate
from hyperstyle.weights.catalogue import WEIGHTS
from hyperstyle.weights.fetching import fetch

LARGER_EYES, SMALLER_JAW = 0.42, -0.2  # strengths of the lenses: above 0 magnifies, below 0 shrinks
INK = (0.22, 0.10, 0.09)


@cache
def finder() -> FaceFinder:
    """Return the face finder, whose landmarks place the lenses."""
    return FaceFinder(fetch(WEIGHTS["dlib-landmarks"]))


def toon(pictures: Tensor) -> Tensor:
    """Draw pictures [N, 3, H, W] in [-1, 1] as cartoons; shapes change only where a face is found."""
    warped = torch.cat([_shaped(picture[None]) for picture in pictures])
    light = (warped + 1) / 2
    flat = saturate(kuwahara(kuwahara(light, 0.012), 0.012).clamp_min(1e-4) ** 0.62, 1.9)
    bright = gaussian_blur(posterize(flat, 5), 0.002)
    ink = ink_lines(luma(kuwahara(light, 0.004)), 0.0042, 12.0, 0.2)
    colour = pictures.new_tensor(INK).view(3, 1, 1)
    return (colour + (bright - colour) * ink) * 2 - 1


def _shaped(picture: Tensor) -> Tensor:
    """Warp a picture [1, 3, H, W] by a lens over each eye and one over the chin."""
    faces = finder().find(to_pixels(picture[0]))
    if not faces:
        return picture
    size = picture.new_tensor(picture.shape[:-3:-1])
    points = picture.new_tensor(np.asarray(faces[0].landmarks)) / size * 2 - 1
    eyes = points[36:42].mean(0), points[42:48].mean(0)
    apart = (eyes[1] - eyes[0]).norm()
    places = F.affine_grid(torch.eye(2, 3).to(picture)[None], list(picture.shape), align_corners=False)
    for eye in eyes:
        places = _lens(places, eye, 0.52 * apart, LARGER_EYES)
    places = _lens(places, points[8] * 0.75 + points[30] * 0.25, 1.15 * apart, SMALLER_JAW)
    return F.grid_sample(picture, places, mode="bicubic", padding_mode="reflection", align_corners=False).clamp(-1, 1)


def _lens(places: Tensor, middle: Tensor, radius: Tensor, power: float) -> Tensor:
    """Move sampling positions [1, H, W, 2] within a radius of the middle towards it."""
    away = places - middle
    near = (1 - (away / radius).square().sum(-1, keepdim=True)).clamp_min(0).square()
    return places - away * near * power
