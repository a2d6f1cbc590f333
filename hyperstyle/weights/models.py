"""Models from their files."""

from pathlib import Path
from typing import TypeVar

from torch import nn

from hyperstyle.domains import DOMAINS
from hyperstyle.errors import StudioError
from hyperstyle.networks.embedded import EmbeddedModel
from hyperstyle.networks.full import FullModel
from hyperstyle.weights import conversion, embedded, published
from hyperstyle.weights.catalogue import WEIGHTS
from hyperstyle.weights.fetching import fetch
from hyperstyle.weights.lpips import load_lpips

M = TypeVar("M", bound=nn.Module)


def load(kind: type[M], *files: Path) -> M:
    """The model of a `kind` (`FullModel`, `ReStyleModel`, `StyleGan2`) in published files or a converted one."""
    converted = len(files) == 1 and files[0].suffix == conversion.SUFFIX
    model = (conversion.read(files[0]) if converted else published.combine(files)).load()
    if not isinstance(model, kind):
        names = ", ".join(file.name for file in files)
        raise StudioError(f"{names} holds a {type(model).__name__} where a {kind.__name__} is needed.")
    return model


def open_model(domain: str) -> EmbeddedModel | FullModel:
    """The model of a domain, fetched where it is not here yet."""
    if DOMAINS[domain].published is None:
        return embedded.load_model()
    model = load(FullModel, *(fetch(WEIGHTS[name]) for name in DOMAINS[domain].model))
    model.lpips = load_lpips(fetch(WEIGHTS["lpips-alexnet"]))
    return model
