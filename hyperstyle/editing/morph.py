"""From one inversion to another: code and kernels both on their way, so that every picture between is a face."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from hyperstyle.editing.rendering import Renderer
from hyperstyle.errors import StudioError
from hyperstyle.inversion.hyperstyle import Model, add_offsets
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.photo.reading import Pixels


def between(one: Inversion, other: Inversion, share: float, n_styles: int) -> Inversion:
    """The inversion at `share` of the way, 0 to 1, from one to another of the same domain."""
    if one.domain != other.domain:
        raise StudioError(
            f"One inversion is of {one.domain} and the other of {other.domain}: invert both photos in the same domain."
        )
    if share in (0, 1):
        return other if share else one
    codes = [
        inversion.codes
        if inversion.codes.ndim == 3 or one.codes.ndim == other.codes.ndim
        # One code for all styles meets one for each.
        else inversion.codes[:, None].expand(-1, n_styles, -1)
        for inversion in (one, other)
    ]
    offsets = add_offsets(one.scaled(1 - share).offsets, other.scaled(share).offsets)
    return replace(one, codes=codes[0].lerp(codes[1], share), offsets=offsets)


def morph(model: Model, one: Inversion, other: Inversion, pictures: int) -> Iterator[Pixels]:
    """That many pictures [H, W, 3] from one inversion to another, slow at both ends."""
    for place in np.linspace(0, np.pi, pictures):
        share = float((1 - np.cos(place)) / 2)
        yield Renderer.of(model, between(one, other, share, model.generator.n_styles)).draw()
