"""Reads pickled numpy arrays from outside."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hyperstyle.errors import StudioError
from hyperstyle.weights import pickles

Arrays = dict[str, NDArray[np.float32]]


def read_arrays(path: Path) -> Arrays:
    """All arrays of a nested dict, by the names on the way to them, joined with dots."""
    arrays: Arrays = {}
    rest = [("", pickles.read(path))]
    while rest:
        prefix, value = rest.pop()
        if isinstance(value, np.ndarray):
            arrays[prefix.removesuffix(".")] = value
        elif isinstance(value, dict):
            rest += [(f"{prefix}{name}.", inner) for name, inner in value.items()]
        else:
            raise StudioError(f"{path.name} is not read, as it holds a {type(value).__name__} where arrays belong.")
    return arrays
