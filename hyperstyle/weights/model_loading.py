"""Loads models and puts them on a device."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor, nn

from hyperstyle.device import fast_dtype
from hyperstyle.domain_table import Architecture, Domain
from hyperstyle.errors import StudioError
from hyperstyle.networks.feedback_model import FeedbackModel
from hyperstyle.networks.generator import Generator
from hyperstyle.networks.published_models import HyperInverterModel, HyperStyleModel, ReStyleModel
from hyperstyle.paths import ASSETS
from hyperstyle.weights import conversion, published_layouts
from hyperstyle.weights.catalogue import WEIGHTS
from hyperstyle.weights.embedded_loading import load_compact_model, load_embedded_model
from hyperstyle.weights.fetching import fetch
from hyperstyle.weights.lpips_loading import load_lpips

M = TypeVar("M", bound=nn.Module)
P = TypeVar("P", bound=FeedbackModel | HyperStyleModel | HyperInverterModel | ReStyleModel | Generator)

PublishedModel = HyperStyleModel | HyperInverterModel
PUBLISHED: Mapping[Architecture, type[PublishedModel]] = {
    Architecture.HYPERSTYLE: HyperStyleModel,
    Architecture.HYPERINVERTER: HyperInverterModel,
}
"""Architecture of a published domain -> class of its model."""


def load(kind: type[M], *files: Path) -> M:
    """Return the model, an instance of `kind`, in published files or in one converted file."""
    converted = len(files) == 1 and files[0].suffix == conversion.SUFFIX
    model = (conversion.read(files[0]) if converted else published_layouts.combine(files)).load()
    if not isinstance(model, kind):
        names = ", ".join(file.name for file in files)
        raise StudioError(f"{names} holds a {type(model).__name__} where a {kind.__name__} is needed.")
    return model


def open_model(domain: Domain, device: torch.device) -> FeedbackModel | PublishedModel:
    """Return the model of a domain on a device, with missing weights downloaded."""
    return placed(load_model(domain), device)


def load_model(domain: Domain) -> FeedbackModel | PublishedModel:
    """Return the model of a domain on the CPU in single precision, with missing weights downloaded."""
    match domain.architecture:
        case Architecture.EMBEDDED:
            return load_embedded_model()
        case Architecture.COMPACT:
            return load_compact_model(ASSETS / domain.name)
    model = load_published(domain)
    model.lpips = load_lpips(fetch(WEIGHTS["lpips-alexnet"]))
    return model


def load_published(domain: Domain) -> PublishedModel:
    """Return the model in a domain's published files, without LPIPS, which they lack."""
    return load(PUBLISHED[domain.architecture], *(fetch(WEIGHTS[name]) for name in domain.model))


def load_mapping_of(domain: Domain) -> Callable[[Tensor], Tensor]:
    """Return the mapping network of a domain: normal vectors [N, 512] -> codes [N, 512] in W."""
    return load_model(domain).mapping


def placed(model: P, device: torch.device) -> P:
    """Return a model or a generator on a device, in the precision and memory layout that are fast there.

    On a CPU the weights stay memory-mapped and are read when they are used.
    """
    model.compute_in(fast_dtype(device))
    if isinstance(model, FeedbackModel):
        model.keep_convolutions_in(fast_dtype(device))
    if device.type != "cpu":
        model.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    return model


def open_restyle(name: str, generator: Generator) -> ReStyleModel:
    """Return ReStyle-e4e from the weights `name`, downloaded if missing, with the generator of its domain.

    The file has a copy of that generator. Sharing one makes a saved inversion render exactly the pictures of its steps.
    """
    model = load(ReStyleModel, fetch(WEIGHTS[name]))
    model.generator = generator  # type: ignore[assignment]  # a StyleGan2, as its domain has one
    return placed(model, next(generator.parameters()).device)
