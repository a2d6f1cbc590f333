"""HyperInverter (Dinh et al., 2022): a W code, and a hypernetwork that adds to the generator's kernels in one pass."""

import time
from collections.abc import Iterator

import torch
from torch import Tensor

from hyperstyle.inversion.steps import Step
from hyperstyle.networks.full import HyperInverterModel


@torch.no_grad()
def invert(model: HyperInverterModel, photo: Tensor) -> Iterator[Step]:
    """The picture of the code, then the one with what is added to the kernels, of photos [N, 3, 256, 256] in [-1, 1].

    The offsets are those of a generator that `adds`.
    """
    start = time.perf_counter()
    codes = model.encode(photo)
    styles = model.generator.styles(codes)
    picture = model.generator.synthesize(styles, model.generator.kernels())
    yield Step(0, picture, codes, {}, time.perf_counter() - start)
    start = time.perf_counter()
    offsets = model.refinement(photo, codes)(picture, {})
    picture = model.generator.synthesize(styles, model.generator.kernels(offsets))
    yield Step(1, picture, codes, offsets, time.perf_counter() - start)
