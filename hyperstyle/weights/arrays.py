"""Reads pickled numpy arrays from untrusted files."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hyperstyle.errors import StudioError
from hyperstyle.weights import pickles

Arrays = dict[str, NDArray[np.float32]]


def read_arrays(path: Path) -> Arrays:
    """Return all arrays of a pickled nested dict, by their keys joined with dots."""
    arrays: Arrays = {}
    pending = [("", pickles.read(path))]
    while pending:
        prefix, value = pending.pop()
        if isinstance(value, np.ndarray):
            arrays[prefix.removesuffix(".")] = value
        elif isinstance(value, dict):
            pending += [(f"{prefix}{name}.", inner) for name, inner in value.items()]
        else:
            raise StudioError(f"{path.name} was not read: it holds a {type(value).__name__} where arrays belong.")
    return arrays
