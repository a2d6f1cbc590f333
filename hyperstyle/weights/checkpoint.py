"""A published checkpoint as read, and strict checks of its options and tensors."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from hyperstyle.errors import StudioError
from hyperstyle.networks.published_models import Options
from hyperstyle.weights.model_weights import ModelWeights

SIZES = (256, 512, 1024)
"""Sides in pixels of the pictures that published models make."""


@dataclass(frozen=True)
class Checkpoint:
    """A published file as read."""

    name: str
    """File name."""
    kind: str
    """`hyperstyle`, `w_encoder`, `restyle`, `generator`, `hyperinverter` or `nvidia`."""
    tensors: dict[str, Tensor]
    """State dict, by the authors' names."""
    content: Mapping[str, Any]
    """All entries of the file."""


def first_and_count(names: Iterable[str]) -> str:
    """Return the alphabetically first of `names` and the number of the others, as in `a and 3 more`."""
    first, *others = sorted(names)
    return f"{first} and {len(others)} more" if others else first


def require_opts(file: Checkpoint, **required: Collection[Any] | None) -> Mapping[str, Any]:
    """Return the file's `opts`; a `StudioError` if one of `required` is missing or has none of its known values.

    None as known values allows any.
    """
    opts = file.content.get("opts")
    required = {"output_size": SIZES, "dataset_type": None, **required}
    missing = [name for name in required if not isinstance(opts, Mapping) or name not in opts]
    if missing or not isinstance(opts, Mapping):
        raise StudioError(f"{file.name} does not say its options: {first_and_count(missing)} is missing from `opts`.")
    for name, known in required.items():
        if known is not None and opts[name] not in known:
            choice = ", ".join(map(str, known))
            raise StudioError(f"{file.name} has {name} {opts[name]}, which is unknown here; known: {choice}.")
    return opts


def build_options(opts: Mapping[str, Any], **more: Any) -> Options:  # noqa: ANN401 -- the rest of the options
    """Return the model's options, from the file's `opts` and `more`."""
    return Options(int(opts["output_size"]), str(opts["encoder_type"]), str(opts["dataset_type"]), **more)


def checked_size(name: str, size: object) -> int:
    """Return `size` if it is one of `SIZES`; a `StudioError` about the file `name` otherwise."""
    if size not in SIZES:
        raise StudioError(f"{name} makes pictures of {size} pixels; known sizes: {', '.join(map(str, SIZES))}.")
    return int(str(size))


def add_average_code(file: Checkpoint, weights: ModelWeights, name: str, entries: Mapping[str, Any]) -> None:
    """Add `entries[name]`, the average code [512] or [n_styles, 512], as `latent_avg` [n_styles, 512]."""
    code = entries.get(name)
    if not isinstance(code, Tensor):
        raise StudioError(f"{file.name} is incomplete: {name} is missing; fetch it again.")
    rows = code.reshape(-1, code.shape[-1])
    if len(rows) == 1:
        rows = rows.expand(len(weights.shapes["latent_avg"]), -1)
    weights.add("latent_avg", rows, f"{name} of {file.name}")


Copies = Mapping[str, Tensor | None]
"""Authors' name of a redundant tensor, which is dropped -> the tensor that it must equal, or None for any value."""


def load_exact(
    file: Checkpoint,
    weights: ModelWeights,
    ours: Iterable[str],
    copies: Copies,
    name: Callable[[str], str],
) -> None:
    """Add the tensors `ours` from `file`, after a check that it holds exactly these and `copies`.

    `name` maps our names to the authors'.
    """
    required = {name(our): our for our in ours if our != "latent_avg"}
    missing = (required.keys() | copies.keys()) - file.tensors.keys()
    if missing:
        raise StudioError(f"{file.name} is incomplete: {first_and_count(missing)} is missing; fetch it again.")
    unknown = file.tensors.keys() - (required.keys() | copies.keys())
    if unknown:
        raise StudioError(f"{file.name} holds {first_and_count(unknown)}, which its options do not account for.")
    for published, original in copies.items():
        tensor = file.tensors[published]
        same_memory = original is not None and tensor.data_ptr() == original.data_ptr()
        if original is not None and not same_memory and not torch.equal(tensor, original):
            raise StudioError(
                f"{published} of {file.name} differs from the tensor that it should be a copy of; take files that "
                "belong together."
            )
    for published, our in required.items():
        weights.add(our, file.tensors[published], f"{published} of {file.name}")
