"""Converted models: a published model in one safetensors file.

The file has the model's state dict by our names, every tensor once. Its metadata has the kind of model, its options,
and the names and sha256 sums of the files it was made from.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from hyperstyle.errors import StudioError
from hyperstyle.networks.published_models import MODELS, Options
from hyperstyle.weights.checking import sha256_of
from hyperstyle.weights.checkpoint import first_and_count
from hyperstyle.weights.model_weights import ModelWeights
from hyperstyle.weights.published_layouts import combine

SUFFIX = ".safetensors"
DTYPES = {torch.float32: "F32", torch.float16: "F16", torch.int64: "I64"}
"""torch's type -> its name in the safetensors format."""
CHUNK = 1 << 20
"""Number of elements that are converted and written at once."""


def convert(files: Sequence[Path], out: Path, dtype: torch.dtype = torch.float32) -> None:
    """Write the model in the published `files` to `out`, its matrices and kernels in `dtype`.

    Writes atomically and never overwrites a file.
    """
    if out.suffix != SUFFIX:
        raise StudioError(f"The name of a converted file has to end in {SUFFIX}: {out} does not.")
    if out.exists():
        raise StudioError(f"{out} exists already; choose another name or remove it.")
    weights = combine(files)
    metadata = {
        "kind": weights.kind,
        "options": json.dumps(asdict(weights.options)),
        "origin": json.dumps({file.name: sha256_of(file) for file in files}),
    }
    part = out.with_name(f"{out.name}.{os.getpid()}.part")
    try:
        with part.open("xb") as file:
            write(file, weights.tensors, metadata, dtype)
        part.replace(out)
    except OSError as error:
        raise StudioError(f"{out} cannot be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)


def write(file: BinaryIO, tensors: dict[str, Tensor], metadata: dict[str, str], dtype: torch.dtype) -> None:
    """Write a safetensors file, tensor by tensor, removing each from `tensors`.

    The safetensors library would need all converted tensors in memory at once, in addition to the originals.
    """
    types = {name: target_dtype(tensor, dtype) for name, tensor in tensors.items()}
    # Widest types first, so that every tensor is aligned to its item size. Names in reverse alphabetical order, because
    # this frees the W-encoder's mapped file first.
    names = sorted(tensors, key=lambda name: (types[name].itemsize, name), reverse=True)
    header: dict[str, Any] = {"__metadata__": metadata}
    end = 0
    for name in names:
        start, end = end, end + tensors[name].numel() * types[name].itemsize
        shape = list(tensors[name].shape)
        header[name] = {"dtype": DTYPES[types[name]], "shape": shape, "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    file.write(len(text).to_bytes(8, "little") + text)
    for name in names:
        for chunk in tensors.pop(name).reshape(-1).split(CHUNK):
            values = chunk.to(types[name])
            if not values.isfinite().all():
                raise StudioError(f"{name} has numbers that 16 bits cannot hold; convert to 32 bits instead.")
            file.write(values.view(torch.uint8).numpy().data)


def target_dtype(tensor: Tensor, dtype: torch.dtype) -> torch.dtype:
    """Return the type to write a tensor in; vectors keep theirs, as they are small and some are variances near 0."""
    return dtype if tensor.is_floating_point() and tensor.ndim > 1 else tensor.dtype


def read(path: Path) -> ModelWeights:
    """Return the model in a converted file; its tensors are memory-mapped, except those of 16 bits."""
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            options = json.loads(metadata.get("options", "{}"))
            if metadata.get("kind") not in MODELS:
                raise StudioError(f"{path.name} is not a model that this program converted.")
            weights = ModelWeights(metadata["kind"], Options.from_json(options))
            names = set(file.keys())
            missing, unknown = weights.shapes.keys() - names, names - weights.shapes.keys()
            if missing or unknown:
                problem = (
                    f"lacks {first_and_count(missing)}"
                    if missing
                    else f"holds {first_and_count(unknown)}, which is unknown"
                )
                raise StudioError(f"{path.name} {problem}; convert it again.")
            for name in names:
                weights.add(name, file.get_tensor(name), f"{name} of {path.name}")
    except (OSError, SafetensorError, ValueError, TypeError, KeyError) as error:
        raise StudioError(
            f"{path} cannot be read as a converted model; check that it is there and complete."
        ) from error
    return weights
