"""Augmented portraits: each training portrait is inverted, and its weight offsets are rendered with other codes.

The offsets that the hypernetwork predicts for a portrait hold what no code in W can express: background, clothes,
light, hair. With other codes they give new pictures that lie as far outside the generator's domain as photos do.
"""

from itertools import islice
from pathlib import Path

import torch
from torch import Tensor

from hyperstyle.device import fast_dtype
from hyperstyle.networks.embedded_model import EmbeddedModel
from hyperstyle.networks.mobile_stylegan import MappingNetwork
from hyperstyle.networks.preview_head import preview
from hyperstyle.training.core.generated_pictures import file_of, write_jpeg
from hyperstyle.training.faces.hypernetwork_training import refinements

PER_PORTRAIT = 12  # pictures for each portrait
STEPS = 2  # refinements: enough for light, background and clothes
MAX_SHARE = 0.8  # largest share of the way from the portrait's code to another one


@torch.no_grad()
def augment_portraits(
    folder: Path, model: EmbeddedModel, mapping: MappingNetwork, photos: Tensor, device: torch.device
) -> None:
    """Write `PER_PORTRAIT` pictures of 256 pixels for every photo [N, 3, 256, 256] in [-1, 1]; keep existing ones."""
    model.compute_in(fast_dtype(device))
    model.to(device)
    for index, photo in enumerate(photos.to(device).split(1)):
        numbers = range(index * PER_PORTRAIT, (index + 1) * PER_PORTRAIT)
        if all(file_of(folder, number).exists() for number in numbers):
            continue
        code = model.encode(photo)
        *_, last = islice(refinements(model, model.hypernetwork, photo, code, real=False), STEPS + 1)
        kernels = model.generator.kernels(last.offsets)
        source = torch.Generator().manual_seed(index)
        others = mapping(torch.randn(PER_PORTRAIT, 512, generator=source)).to(device)
        shares = torch.rand(PER_PORTRAIT, 1, generator=source).to(device) * MAX_SHARE
        for number, mixed in zip(numbers, code + shares * (others - code), strict=True):
            write_jpeg(file_of(folder, number), preview(model.generator, model.head, mixed[None], kernels)[0])
