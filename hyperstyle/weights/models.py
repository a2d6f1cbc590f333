"""Full-size models from their files."""

from pathlib import Path
from typing import TypeVar

from torch import nn

from hyperstyle.errors import StudioError
from hyperstyle.weights import conversion, published

M = TypeVar("M", bound=nn.Module)


def load(kind: type[M], *files: Path) -> M:
    """The model of a `kind` (`FullModel`, `ReStyleModel`, `StyleGan2`) in published files or a converted one."""
    converted = len(files) == 1 and files[0].suffix == conversion.SUFFIX
    model = (conversion.read(files[0]) if converted else published.combine(files)).load()
    if not isinstance(model, kind):
        names = ", ".join(file.name for file in files)
        raise StudioError(f"{names} holds a {type(model).__name__} where a {kind.__name__} is needed.")
    return model
