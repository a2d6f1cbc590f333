"""Morphing one inversion into another by interpolating both codes and weight offsets."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from hyperstyle.editing.rendering import Renderer
from hyperstyle.errors import StudioError
from hyperstyle.inversion.hyperstyle import Model
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.networks.generator import add_offsets
from hyperstyle.photo.reading import Pixels


def interpolate(one: Inversion, other: Inversion, share: float, n_styles: int) -> Inversion:
    """Return `(1 - share) * one + share * other`, for codes and offsets of two inversions of one domain."""
    if one.domain != other.domain:
        raise StudioError(
            f"One inversion is of {one.domain} and the other of {other.domain}: invert both photos in the same domain."
        )
    if share in (0, 1):
        return other if share else one
    codes = [
        inversion.codes
        if inversion.codes.ndim == 3 or one.codes.ndim == other.codes.ndim
        # A W code meets a W+ code: repeat it for all styles.
        else inversion.codes[:, None].expand(-1, n_styles, -1)
        for inversion in (one, other)
    ]
    offsets = add_offsets(one.scaled(1 - share).offsets, other.scaled(share).offsets)
    return replace(one, codes=codes[0].lerp(codes[1], share), offsets=offsets)


def morph(model: Model, one: Inversion, other: Inversion, pictures: int) -> Iterator[Pixels]:
    """Yield `pictures` pictures [H, W, 3] from one inversion to another; `share` = (1 - cos x) / 2, x from 0 to pi."""
    for place in np.linspace(0, np.pi, pictures):
        share = float((1 - np.cos(place)) / 2)
        yield Renderer.of(model, interpolate(one, other, share, model.generator.n_styles)).draw()
