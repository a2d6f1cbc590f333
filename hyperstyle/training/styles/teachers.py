"""Teachers of styles: drawing and painting by image processing, which needs no licensed model or data.

Each maps pictures [N, 3, H, W], RGB in [-1, 1], to pictures of that shape. Radii are shares of the height, so
that a teacher draws the same picture at every size. The helpers work on RGB in [0, 1].
"""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

LUMA = (0.299, 0.587, 0.114)
POSTER = ((0.13, 0.10, 0.30), (0.86, 0.24, 0.20), (0.97, 0.66, 0.29), (0.99, 0.94, 0.82))
POSTER_SHADES = (0.30, 0.45, 0.62)  # brightness thresholds between its four inks


def gaussian_blur(x: Tensor, radius: float) -> Tensor:
    """Blur pictures [N, C, H, W] by a Gaussian with standard deviation `radius` * H."""
    sigma = max(radius * x.shape[-2], 0.3)
    reach = min(math.ceil(2.5 * sigma), min(x.shape[-2:]) - 1)
    places = torch.arange(-reach, reach + 1, device=x.device, dtype=x.dtype)
    line = torch.exp(-0.5 * (places / sigma) ** 2)
    line = (line / line.sum()).expand(x.shape[1], 1, 1, -1)
    across = F.conv2d(F.pad(x, (reach, reach, 0, 0), mode="reflect"), line, groups=x.shape[1])
    return F.conv2d(F.pad(across, (0, 0, reach, reach), mode="reflect"), line.mT, groups=x.shape[1])


def smoothstep(x: Tensor, low: float, high: float) -> Tensor:
    """Return 0 below `low`, 1 above `high`, and a smooth cubic step between."""
    share = ((x - low) / (high - low)).clamp(0, 1)
    return share * share * (3 - 2 * share)


def luma(light: Tensor) -> Tensor:
    """Return the luma [N, 1, H, W] of pictures [N, 3, H, W]."""
    return (light * light.new_tensor(LUMA).view(3, 1, 1)).sum(1, keepdim=True)


def saturate(light: Tensor, amount: float) -> Tensor:
    """Scale the saturation of pictures [N, 3, H, W] in [0, 1] by `amount`."""
    grey = luma(light)
    return (grey + (light - grey) * amount).clamp(0, 1)


def kuwahara(light: Tensor, radius: float, sharpness: float = 8.0) -> Tensor:
    """Apply a soft Kuwahara filter (1976): flat strokes with clean edges.

    Every pixel takes a weighted mean of the means of eight regions around it; regions with less variance weigh more.
    """
    reach = max(round(radius * light.shape[-2]), 1)
    mean = gaussian_blur(light, radius / 2)
    unevenness = (gaussian_blur(light.square(), radius / 2) - mean.square()).clamp_min(0).sum(1, keepdim=True)
    both = F.pad(torch.cat((mean, unevenness), 1), (reach,) * 4, mode="reflect")
    total, weights = torch.zeros_like(light), torch.zeros_like(unevenness)
    for turn in range(8):
        x, y = (round(reach * f(turn * math.pi / 4)) for f in (math.cos, math.sin))
        spot = both[:, :, reach + y : reach + y + light.shape[-2], reach + x : reach + x + light.shape[-1]]
        weight = (1e-3 + spot[:, 3:]) ** (-sharpness / 2)
        total, weights = total + weight * spot[:, :3], weights + weight
    return total / weights


def posterize(light: Tensor, shades: int) -> Tensor:
    """Quantize the brightness of pictures [N, 3, H, W] to a few shades with soft borders; hues stay."""
    value = light.amax(1, keepdim=True)
    scaled = value * shades
    stepped = (scaled.floor() + smoothstep(scaled - scaled.floor(), 0.35, 0.65)) / shades
    return light * (stepped / (value + 1e-3))


def ink_lines(grey: Tensor, radius: float, strength: float, threshold: float) -> Tensor:
    """Return ink lines [N, 1, H, W], 0 for ink and 1 for paper: extended difference of Gaussians (Winnemöller, 2011).

    Dark sides of edges, and dark areas, fall below a soft threshold.
    """
    fine, coarse = gaussian_blur(grey, radius), gaussian_blur(grey, 1.6 * radius)
    sharpened = fine + strength * (fine - coarse)
    return smoothstep(sharpened, threshold - 0.25, threshold + 0.05)


def pencil(pictures: Tensor) -> Tensor:
    """Draw with graphite on warm paper: brightness relative to its surroundings, and a little shading."""
    grey = luma((pictures + 1) / 2)
    around = gaussian_blur(grey, 0.025)
    dodged = (gaussian_blur(grey, 0.0015) / (around + 0.02)).clamp(0, 1.03) / 1.03
    stroke = smoothstep(dodged, 0.45, 1.0)
    shade = smoothstep(gaussian_blur(grey, 0.006), -0.1, 0.55)
    dark = stroke * (0.35 + 0.65 * shade)
    paper, graphite = (pictures.new_tensor(c).view(3, 1, 1) for c in ((0.97, 0.95, 0.91), (0.13, 0.13, 0.17)))
    return (graphite + (paper - graphite) * dark) * 2 - 1


def comic(pictures: Tensor) -> Tensor:
    """Draw a printed comic: a few shades of strong colours, and ink lines."""
    light = (pictures + 1) / 2
    flat = saturate(kuwahara(kuwahara(light, 0.012), 0.012), 1.7) ** 0.85
    coloured = (posterize(flat, 4) * 1.08).clamp(0, 1)
    ink = ink_lines(luma(kuwahara(light, 0.004)), 0.004, 14.0, 0.33)
    return coloured * ink * 2 - 1


def watercolour(pictures: Tensor) -> Tensor:
    """Paint thin washes on white paper: pale colours that are darker at their edges."""
    light = (pictures + 1) / 2
    wash = kuwahara(kuwahara(light, 0.01), 0.008)
    grey = luma(wash)
    edge = (gaussian_blur(grey, 0.003) - gaussian_blur(grey, 0.012)).clamp(-0.09, 0.02)
    thin = 1 - (1 - saturate(wash, 2.4)) * (0.18 + 0.62 * smoothstep(1 - grey, 0.2, 0.95))
    return (thin + 2.5 * edge).clamp(0, 1) * 2 - 1


def poster(pictures: Tensor) -> Tensor:
    """Print four inks over each other, chosen by brightness relative to the surroundings."""
    light = (pictures + 1) / 2
    grey = luma(kuwahara(kuwahara(light, 0.012), 0.01))
    value = grey + 0.6 * (0.5 - gaussian_blur(grey, 0.09))  # dark and shaded faces get all four inks, too
    dark, *inks = (pictures.new_tensor(ink).view(1, 3, 1, 1) for ink in POSTER)
    printed = dark.expand_as(pictures)
    for ink, start in zip(inks, POSTER_SHADES, strict=True):
        printed = printed + (ink - printed) * smoothstep(value, start - 0.02, start + 0.02)
    line = ink_lines(luma(kuwahara(light, 0.004)), 0.004, 12.0, 0.2)
    return (dark + (printed - dark) * line) * 2 - 1
