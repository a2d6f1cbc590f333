"""HyperStyle (Alaluf et al., 2022): an encoder finds a W code, a hypernetwork refines the generator's kernels.

HyperInverter (Dinh et al., 2022) runs here too: it takes one step, and its offsets are added to the kernels.
"""

from collections.abc import Callable, Iterator
from typing import Protocol

import torch
from torch import Tensor

from hyperstyle.inversion.step import Step
from hyperstyle.networks.generator import Generator, Offsets, add_offsets
from hyperstyle.networks.lpips import Lpips
from hyperstyle.networks.view import View
from hyperstyle.pauses import pause


class Model(Protocol):
    """The parts of a model, embedded or published, that inversion methods use."""

    @property
    def generator(self) -> Generator:
        """Generator of the domain."""

    @property
    def view(self) -> View:
        """Crop of the generator's pictures, and size of the networks' input."""

    @property
    def lpips(self) -> Lpips:
        """Perceptual distance, for methods that optimize it."""

    @property
    def mapping(self) -> Callable[[Tensor], Tensor]:
        """Mapping network: normal vectors [N, 512] -> codes [N, 512] in W, for methods that sample codes."""

    def encode(self, photo: Tensor) -> Tensor:
        """Return codes, [N, 512] or [N, n_styles, 512], of photos [N, 3, view.height, view.width], RGB in [-1, 1]."""

    def refinement(self, photo: Tensor, codes: Tensor) -> Callable[[Tensor, Offsets], Offsets]:
        """Return a function (pictures, the offsets they were rendered with) -> offsets to add.

        Pictures are cropped to the view and have the generator's resolution. The function may keep state between
        calls: call it once per refinement, in order.
        """


@torch.no_grad()
def invert(model: Model, photo: Tensor, steps: int = 5) -> Iterator[Step]:
    """Yield the encoder's picture, then one step per refinement, of photos [N, 3, view.height, view.width]."""
    codes = model.encode(photo)
    styles = model.generator.styles(codes)
    refine = model.refinement(photo, codes)
    offsets: Offsets = {}
    picture = model.view.crop(model.generator.synthesize(styles, model.generator.kernels()))
    yield Step(0, picture, codes, offsets)
    for index in range(1, steps + 1):
        offsets = add_offsets(offsets, refine(picture, offsets))
        pause()
        picture = model.view.crop(model.generator.synthesize(styles, model.generator.kernels(offsets)))
        yield Step(index, picture, codes, offsets)
