"""Reads pickled numpy arrays from outside: arrays, strings, numbers and dicts, and nothing that runs."""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyperstyle.errors import StudioError

Arrays = dict[str, NDArray[np.float32]]


class _ArraysAlone(pickle.Unpickler):
    """An unpickler that knows what arrays are made of, and refuses every other name."""

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401
        """What the pickle asks for by name."""
        if (module, name) in {("numpy", "ndarray"), ("numpy", "dtype")}:
            return getattr(np, name)
        if name == "_reconstruct" and module in {"numpy.core.multiarray", "numpy._core.multiarray"}:
            return _blank
        raise pickle.UnpicklingError(f"it asks for {module}.{name}")


def _blank(kind: type, shape: tuple[int, ...], dtype: bytes) -> NDArray[np.generic]:  # noqa: ARG001
    """An empty array, which the pickle fills by its state; what numpy's own function of that purpose does."""
    return np.ndarray(shape, "f4")


def read_arrays(path: Path) -> Arrays:
    """All arrays of a nested dict, by the names on the way to them, joined with dots."""
    try:
        with path.open("rb") as file:
            content = _ArraysAlone(file).load()
    except (pickle.UnpicklingError, EOFError, ValueError) as error:
        raise StudioError(f"{path.name} is not read, as it holds more than arrays or is damaged ({error}).") from error
    arrays: Arrays = {}
    rest = [("", content)]
    while rest:
        prefix, value = rest.pop()
        if isinstance(value, np.ndarray):
            arrays[prefix.removesuffix(".")] = value
        elif isinstance(value, dict):
            rest += [(f"{prefix}{name}.", inner) for name, inner in value.items()]
        else:
            raise StudioError(f"{path.name} is not read, as it holds a {type(value).__name__} where arrays belong.")
    return arrays
