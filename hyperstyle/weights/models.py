"""Models from their files."""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import torch
from torch import nn

from hyperstyle.device import fast_dtype
from hyperstyle.domains import DOMAINS
from hyperstyle.errors import StudioError
from hyperstyle.networks.embedded import EmbeddedModel
from hyperstyle.networks.full import FullModel, HyperInverterModel, ReStyleModel
from hyperstyle.networks.generator import Generator
from hyperstyle.networks.stylegan2 import StyleGan2
from hyperstyle.weights import conversion, embedded, published
from hyperstyle.weights.catalogue import WEIGHTS
from hyperstyle.weights.fetching import fetch
from hyperstyle.weights.lpips import load_lpips

M = TypeVar("M", bound=nn.Module)
P = TypeVar("P", bound=EmbeddedModel | FullModel | HyperInverterModel | ReStyleModel | Generator)

PublishedModel = FullModel | HyperInverterModel
KINDS: Mapping[str, type[PublishedModel]] = {"hyperstyle": FullModel, "hyperinverter": HyperInverterModel}
"""What a domain of a kind opens."""


def load(kind: type[M], *files: Path) -> M:
    """The model of a `kind` (`FullModel`, `ReStyleModel`, `StyleGan2`) in published files or a converted one."""
    converted = len(files) == 1 and files[0].suffix == conversion.SUFFIX
    model = (conversion.read(files[0]) if converted else published.combine(files)).load()
    if not isinstance(model, kind):
        names = ", ".join(file.name for file in files)
        raise StudioError(f"{names} holds a {type(model).__name__} where a {kind.__name__} is needed.")
    return model


def open_model(domain: str, device: torch.device) -> EmbeddedModel | PublishedModel:
    """The model of a domain on a device, fetched where it is not here yet."""
    chosen = DOMAINS[domain]
    if chosen.published is None:
        return placed(embedded.load_model(), device)
    model = load(KINDS[chosen.kind], *(fetch(WEIGHTS[name]) for name in chosen.model))
    model.lpips = load_lpips(fetch(WEIGHTS["lpips-alexnet"]))
    return placed(model, device)


def placed(model: P, device: torch.device) -> P:
    """A model or a generator on a device, in the precision and the layout that are fast there.

    On a CPU a published one stays as it lies in its file, which is mapped and read when it is used.
    """
    model.compute_in(fast_dtype(device))
    if device.type != "cpu":
        model.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    return model


def open_restyle(name: str, generator: StyleGan2) -> ReStyleModel:
    """ReStyle-e4e of that name, fetched where it is not here yet, for the domain that has this generator.

    The file's own generator is another copy of that one; without it, what is kept draws the very pictures of the steps.
    """
    model = load(ReStyleModel, fetch(WEIGHTS[name]))
    model.generator = generator
    return placed(model, next(generator.parameters()).device)
