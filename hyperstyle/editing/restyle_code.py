"""ReStyle's code of a photo, which HyperStyle's authors use for stylizing."""

import torch
from torch import Tensor

from hyperstyle.domain_table import DOMAINS
from hyperstyle.errors import StudioError
from hyperstyle.inversion import restyle
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.inversion.methods import METHODS
from hyperstyle.networks.published_models import ReStyleModel
from hyperstyle.photo.alignment import align
from hyperstyle.photo.reading import Photo
from hyperstyle.photo.tensors import to_tensor
from hyperstyle.weights.catalogue import WEIGHTS
from hyperstyle.weights.fetching import fetch
from hyperstyle.weights.model_loading import load, placed

ENCODERS = METHODS["restyle"].own_weights
"""Name of a domain -> name of its ReStyle-e4e weights."""


def restyle_code(inversion: Inversion, photo: Photo, device: torch.device) -> Tensor:
    """Return ReStyle-e4e's W+ code [1, n_styles, 512] for the crop of an inversion's photo.

    HyperStyle's authors stylize with this code and the hypernetwork's offsets. Missing weights are downloaded.
    """
    height, width = photo.pixels.shape[:2]
    if (width, height) != inversion.photo_size:
        raise StudioError("This is not the photo that was inverted, which has another size: choose that one.")
    if inversion.domain not in ENCODERS:
        raise StudioError(f"ReStyle-e4e is for {', '.join(ENCODERS)}, and the inversion is of {inversion.domain}.")
    model = placed(load(ReStyleModel, fetch(WEIGHTS[ENCODERS[inversion.domain]])), device)
    view = DOMAINS[inversion.domain].view
    pixels = align(photo.pixels, inversion.quad, view.height, view.width)
    *_, last = restyle.invert(model, to_tensor(pixels).to(device))
    return last.codes.cpu()
