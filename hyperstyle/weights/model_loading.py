"""Models from their files."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor, nn

from hyperstyle.device import fast_dtype
from hyperstyle.domain_table import Architecture, Domain
from hyperstyle.errors import StudioError
from hyperstyle.networks.embedded_model import EmbeddedModel
from hyperstyle.networks.generator import Generator
from hyperstyle.networks.published_models import HyperInverterModel, HyperStyleModel, ReStyleModel
from hyperstyle.weights import conversion, published_layouts
from hyperstyle.weights.catalogue import WEIGHTS
from hyperstyle.weights.embedded_loading import load_embedded_model, load_mapping
from hyperstyle.weights.fetching import fetch
from hyperstyle.weights.lpips_loading import load_lpips

M = TypeVar("M", bound=nn.Module)
P = TypeVar("P", bound=EmbeddedModel | HyperStyleModel | HyperInverterModel | ReStyleModel | Generator)

PublishedModel = HyperStyleModel | HyperInverterModel
PUBLISHED: Mapping[Architecture, type[PublishedModel]] = {
    Architecture.HYPERSTYLE: HyperStyleModel,
    Architecture.HYPERINVERTER: HyperInverterModel,
}
"""Architecture of a published domain -> its model."""


def load(kind: type[M], *files: Path) -> M:
    """The model of a `kind` (`HyperStyleModel`, `ReStyleModel`, `StyleGan2`) in published files or a converted one."""
    converted = len(files) == 1 and files[0].suffix == conversion.SUFFIX
    model = (conversion.read(files[0]) if converted else published_layouts.combine(files)).load()
    if not isinstance(model, kind):
        names = ", ".join(file.name for file in files)
        raise StudioError(f"{names} holds a {type(model).__name__} where a {kind.__name__} is needed.")
    return model


def open_model(domain: Domain, device: torch.device) -> EmbeddedModel | PublishedModel:
    """The model of a domain on a device, fetched where it is not here yet."""
    return placed(load_model(domain), device)


def load_model(domain: Domain) -> EmbeddedModel | PublishedModel:
    """The model of a domain on the CPU in single precision."""
    if domain.architecture is Architecture.EMBEDDED:
        return load_embedded_model()
    model = load_published(domain)
    model.lpips = load_lpips(fetch(WEIGHTS["lpips-alexnet"]))
    return model


def load_published(domain: Domain) -> PublishedModel:
    """The model in the published files of a domain, without what is not theirs."""
    return load(PUBLISHED[domain.architecture], *(fetch(WEIGHTS[name]) for name in domain.model))


def load_mapping_of(domain: Domain) -> Callable[[Tensor], Tensor]:
    """The mapping network of a domain alone: normal vectors [N, 512] to codes in W."""
    return load_mapping() if domain.architecture is Architecture.EMBEDDED else load_published(domain).mapping


def placed(model: P, device: torch.device) -> P:
    """A model or a generator on a device, in the precision and the layout that are fast there.

    On a CPU a published one stays as it lies in its file, which is mapped and read when it is used.
    """
    model.compute_in(fast_dtype(device))
    if device.type != "cpu":
        model.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    return model


def open_restyle(name: str, generator: Generator) -> ReStyleModel:
    """ReStyle-e4e of that name, fetched where it is not here yet, for the domain that has this generator.

    The file's own generator is another copy of that one; without it, what is kept draws the very pictures of the steps.
    """
    model = load(ReStyleModel, fetch(WEIGHTS[name]))
    model.generator = generator  # type: ignore[assignment]  # a StyleGan2, as its domain has one
    return placed(model, next(generator.parameters()).device)
