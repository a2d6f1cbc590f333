"""Reads untrusted pickles as data: numbers, strings, containers, arrays, tensors and records. Nothing in them runs.

A pickle is a small program that calls the functions it names. Here it gets safe replacements for the few names that
weight files need, and is refused at any other name, before anything is called.
"""

import io
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.storage import TypedStorage

from hyperstyle.errors import StudioError


class Record:
    """An object of a class that this program lacks; the source code that came with it is dropped."""

    name: str = "Network"
    """Name of the class."""
    state: dict[str, Any]
    """Attributes of the object."""

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.state = state


class Refused(pickle.UnpicklingError):
    """Raised when a pickle asks for more than data; the text says for what."""


def _record(meta: dict[str, Any]) -> Record:
    """Return an object that NVIDIA's `persistence` pickled together with the source of its class."""
    record = Record()
    record.name, record.state = meta["class_name"], meta["state"]
    return record


def _array(kind: type, shape: tuple[int, ...], dtype: bytes) -> NDArray[np.generic]:  # noqa: ARG001
    """Return a new array, whose type and contents the pickle then sets as its state."""
    return np.ndarray(shape, "f4")


def _number(dtype: np.dtype[Any], numbers: bytes) -> object:
    """Return the plain number of a pickled numpy scalar."""
    return np.frombuffer(numbers, dtype)[0].item()


def _storage(content: bytes) -> TypedStorage:
    """Return the storage of a tensor, which is a torch checkpoint inside the pickle."""
    try:
        storage = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise Refused("it asks for more than numbers where those of a tensor belong") from error
    if not isinstance(storage, TypedStorage):
        raise Refused(f"it has a {type(storage).__name__} where the numbers of a tensor belong")
    return storage


def _tensor(storage: TypedStorage, offset: int, size: tuple[int, ...], stride: tuple[int, ...], *_: object) -> Tensor:
    """Return a tensor without its hooks."""
    return torch._utils._rebuild_tensor(storage, offset, size, stride)


def _parameter(tensor: Tensor, *_: object) -> Tensor:
    """Return a parameter as a plain tensor."""
    return tensor


class _DataUnpickler(pickle.Unpickler):
    """An unpickler that knows the names in its tables and refuses all others."""

    types: ClassVar[dict[str, type]] = {
        "builtins.set": set,
        "collections.OrderedDict": dict,
        "dnnlib.util.EasyDict": dict,
        "numpy.ndarray": np.ndarray,
        "numpy.dtype": np.dtype,
    }
    makers: ClassVar[dict[str, Callable[..., object]]] = {
        "numpy.core.multiarray._reconstruct": _array,
        "numpy._core.multiarray._reconstruct": _array,
        "numpy.core.multiarray.scalar": _number,
        "numpy._core.multiarray.scalar": _number,
        "torch._utils._rebuild_tensor_v2": _tensor,
        "torch._utils._rebuild_parameter": _parameter,
        "torch.storage._load_from_bytes": _storage,
        "torch_utils.persistence._reconstruct_persistent_obj": _record,
    }

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401
        """Return the replacement for a name in the pickle.

        A pickle may also set attributes of what it gets. Built-in types refuse that; everything else is created anew
        each time, so no object of this program can be changed.
        """
        path = f"{module}.{name}"
        if path in self.types:
            return self.types[path]
        if path in self.makers:
            make = self.makers[path]
            return lambda *arguments: make(*arguments)
        if path == "dnnlib.tflib.network.Network":
            return type("Network", (Record,), {})
        raise Refused(f"it asks for {path}")


def read(path: Path) -> Any:  # noqa: ANN401
    """Return the contents of a pickle; a `StudioError` if it is damaged or more than data."""
    try:
        with path.open("rb") as file:
            return _DataUnpickler(file).load()
    except Refused as error:
        raise StudioError(
            f"{path.name} was not read, because {error}; nothing in it was run: use another copy."
        ) from error
    except OSError as error:
        raise StudioError(f"{path} cannot be read: check that it is there.") from error
    except Exception as error:  # a broken pickle may fail in any way
        raise StudioError(f"{path.name} was not read: it is damaged, or not a pickle; fetch it again.") from error
