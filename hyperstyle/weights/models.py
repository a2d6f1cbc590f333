"""Models from their files."""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from torch import nn

from hyperstyle.domains import DOMAINS
from hyperstyle.errors import StudioError
from hyperstyle.networks.embedded import EmbeddedModel
from hyperstyle.networks.full import FullModel, HyperInverterModel, ReStyleModel
from hyperstyle.networks.stylegan2 import StyleGan2
from hyperstyle.weights import conversion, embedded, published
from hyperstyle.weights.catalogue import WEIGHTS
from hyperstyle.weights.fetching import fetch
from hyperstyle.weights.lpips import load_lpips

M = TypeVar("M", bound=nn.Module)

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


def open_model(domain: str) -> EmbeddedModel | PublishedModel:
    """The model of a domain, fetched where it is not here yet."""
    chosen = DOMAINS[domain]
    if chosen.published is None:
        return embedded.load_model()
    model = load(KINDS[chosen.kind], *(fetch(WEIGHTS[name]) for name in chosen.model))
    model.lpips = load_lpips(fetch(WEIGHTS["lpips-alexnet"]))
    return model


def open_restyle(name: str, generator: StyleGan2) -> ReStyleModel:
    """ReStyle-e4e of that name, fetched where it is not here yet, for the domain that has this generator.

    The file's own generator is another copy of that one; without it, what is kept draws the very pictures of the steps.
    """
    model = load(ReStyleModel, fetch(WEIGHTS[name]))
    model.generator = generator
    return model.to(next(generator.parameters()).device)
