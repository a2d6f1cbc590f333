"""HyperStyle (Alaluf et al., 2022): a W code, and a hypernetwork that moves the generator's kernels to the photo.

HyperInverter (Dinh et al., 2022) is the same in one step, with offsets that are added to the kernels.
"""

from collections.abc import Callable, Iterator
from typing import Protocol

import torch
from torch import Tensor

from hyperstyle.inversion.step import Step
from hyperstyle.networks.generator import Generator, Offsets
from hyperstyle.networks.lpips import Lpips
from hyperstyle.networks.view import View


class Model(Protocol):
    """The parts that the method needs, of either tier."""

    @property
    def generator(self) -> Generator:
        """What makes pictures."""

    @property
    def view(self) -> View:
        """How the networks look at them."""

    @property
    def lpips(self) -> Lpips:
        """The perceptual distance, for methods that descend on it."""

    @property
    def mapping(self) -> Callable[[Tensor], Tensor]:
        """Codes [N, 512] in W of normal vectors [N, 512], for methods that look at other codes."""

    def encode(self, photo: Tensor) -> Tensor:
        """Codes [N, 512] or [N, n_styles, 512] of photos."""

    def refinement(self, photo: Tensor, codes: Tensor) -> Callable[[Tensor, Offsets], Offsets]:
        """What answers pictures (cropped to the view, as large as they are) and the offsets that made them, one after
        the other, with what to add to these offsets; it may remember the pictures before.
        """


def added(offsets: Offsets, changes: Offsets) -> Offsets:
    """The sum of both; layers without an offset have one of zero."""
    return dict(offsets) | {layer: offsets.get(layer, 0) + change for layer, change in changes.items()}


@torch.no_grad()
def invert(model: Model, photo: Tensor, steps: int = 5) -> Iterator[Step]:
    """The first picture, then one step per refinement, of photos [N, 3, height, width] of the view in [-1, 1]."""
    codes = model.encode(photo)
    styles = model.generator.styles(codes)
    refine = model.refinement(photo, codes)
    offsets: Offsets = {}
    picture = model.view.crop(model.generator.synthesize(styles, model.generator.kernels()))
    yield Step(0, picture, codes, offsets)
    for index in range(1, steps + 1):
        offsets = added(offsets, refine(picture, offsets))
        picture = model.view.crop(model.generator.synthesize(styles, model.generator.kernels(offsets)))
        yield Step(index, picture, codes, offsets)
