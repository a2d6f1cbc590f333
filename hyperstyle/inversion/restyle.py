"""ReStyle-e4e (Alaluf et al., 2021; Tov et al., 2021): an encoder that refines a W+ code step by step."""

from collections.abc import Iterator

import torch
from torch import Tensor

from hyperstyle.inversion.step import Step
from hyperstyle.networks.published_models import ReStyleModel


@torch.no_grad()
def invert(model: ReStyleModel, photo: Tensor, steps: int = 5) -> Iterator[Step]:
    """Yield the average picture, then one step per refinement, of photos [N, 3, view.height, view.width] in [-1, 1]."""
    codes = model.latent_avg.expand(len(photo), -1, -1)
    picture = model.view.crop(model.generator(codes))
    yield Step(0, picture, codes, {})
    for index in range(1, steps + 1):
        codes = codes + model.correction(photo, picture)
        picture = model.view.crop(model.generator(codes))
        yield Step(index, picture, codes, {})
