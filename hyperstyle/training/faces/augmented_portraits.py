"""More photos than there are: the training portraits, inverted, and then given other faces.

What no code in W can make of a portrait (its background, clothes, light, hair) lies in the offsets that the
hypernetwork found for it. Under other codes they make pictures that are as strange to the generator as photos are.
"""

from itertools import islice
from pathlib import Path

import torch
from torch import Tensor

from hyperstyle.device import fast_dtype
from hyperstyle.networks.embedded_model import EmbeddedModel
from hyperstyle.networks.mobile_stylegan import Mapping
from hyperstyle.networks.preview_head import preview
from hyperstyle.training.core.generated_pictures import file_of, write_whole
from hyperstyle.training.faces.hypernetwork_training import refinements

EACH = 12  # relatives of a portrait
STEPS = 2  # refinements: light, background and clothes are there after these
MOST = 0.8  # how far a relative's code goes towards another face's, at most


@torch.no_grad()
def augment_portraits(
    folder: Path, model: EmbeddedModel, mapping: Mapping, photos: Tensor, device: torch.device
) -> None:
    """Write `EACH` relatives of every photo [N, 3, 256, 256]; those that are there stay."""
    model.compute_in(fast_dtype(device))
    model.to(device)
    for index, photo in enumerate(photos.to(device).split(1)):
        numbers = range(index * EACH, (index + 1) * EACH)
        if all(file_of(folder, number).exists() for number in numbers):
            continue
        code = model.encode(photo)
        *_, last = islice(refinements(model, model.hypernetwork, photo, code, real=False), STEPS + 1)
        kernels = model.generator.kernels(last.offsets)
        source = torch.Generator().manual_seed(index)
        others = mapping(torch.randn(EACH, 512, generator=source)).to(device)
        shares = torch.rand(EACH, 1, generator=source).to(device) * MOST
        for number, relative in zip(numbers, code + shares * (others - code), strict=True):
            write_whole(file_of(folder, number), preview(model.generator, model.head, relative[None], kernels)[0])
