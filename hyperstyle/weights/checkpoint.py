"""What reading any published file comes down to: options that are known, and tensors that are all accounted for."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from hyperstyle.errors import StudioError
from hyperstyle.networks.published_models import Options
from hyperstyle.weights.model_weights import ModelWeights

SIZES = (256, 512, 1024)
"""Of the pictures that published models make."""


@dataclass(frozen=True)
class Checkpoint:
    """A published file as read."""

    name: str
    kind: str
    """`hyperstyle`, `w_encoder`, `restyle`, `generator`, `hyperinverter` or `nvidia`."""
    tensors: dict[str, Tensor]
    """The state dict, by the authors' names."""
    content: Mapping[str, Any]
    """The whole file."""


def listed(names: Iterable[str]) -> str:
    """The first of `names` by the alphabet, and how many more there are."""
    first, *others = sorted(names)
    return f"{first} and {len(others)} more" if others else first


def opts_of(file: Checkpoint, **wanted: Collection[Any] | None) -> Mapping[str, Any]:
    """The file's `opts`, which have to have those `wanted`, each with one of its known values if such are given."""
    opts = file.content.get("opts")
    wanted = {"output_size": SIZES, "dataset_type": None, **wanted}
    missing = [name for name in wanted if not isinstance(opts, Mapping) or name not in opts]
    if missing or not isinstance(opts, Mapping):
        raise StudioError(f"{file.name} does not say its options: {listed(missing)} is missing from `opts`.")
    for name, known in wanted.items():
        if known is not None and opts[name] not in known:
            choice = ", ".join(map(str, known))
            raise StudioError(f"{file.name} has {name} {opts[name]}, which this program does not know; it is {choice}.")
    return opts


def options_of(opts: Mapping[str, Any], **more: Any) -> Options:  # noqa: ANN401 -- the rest of the options
    """The options that `opts` says, and `more`."""
    return Options(int(opts["output_size"]), str(opts["encoder_type"]), str(opts["dataset_type"]), **more)


def known_size(name: str, size: object) -> int:
    """The size of the pictures that the generator in the file `name` makes."""
    if size not in SIZES:
        raise StudioError(f"{name} makes pictures of {size} pixels; known are {', '.join(map(str, SIZES))}.")
    return int(str(size))


def add_average(file: Checkpoint, weights: ModelWeights, name: str, entries: Mapping[str, Any]) -> None:
    """Add the average code, which a file has for every style or once for all."""
    code = entries.get(name)
    if not isinstance(code, Tensor):
        raise StudioError(f"{file.name} is incomplete: {name} is missing; fetch it again.")
    rows = code.reshape(-1, code.shape[-1])
    if len(rows) == 1:
        rows = rows.expand(len(weights.shapes["latent_avg"]), -1)
    weights.add("latent_avg", rows, f"{name} of {file.name}")


Copies = Mapping[str, Tensor | None]
"""Authors' name of a tensor to drop -> what it has to be equal to, if anything."""


def load_exact(
    file: Checkpoint,
    weights: ModelWeights,
    ours: Iterable[str],
    copies: Copies,
    name: Callable[[str], str],
) -> None:
    """Add those tensors of `file` that are `ours`, after a check that it holds these, `copies` and no others.

    `name` answers our names with the file's.
    """
    wanted = {name(our): our for our in ours if our != "latent_avg"}
    missing = (wanted.keys() | copies.keys()) - file.tensors.keys()
    if missing:
        raise StudioError(f"{file.name} is incomplete: {listed(missing)} is missing; fetch it again.")
    unknown = file.tensors.keys() - (wanted.keys() | copies.keys())
    if unknown:
        raise StudioError(f"{file.name} holds {listed(unknown)}, which its options do not account for.")
    for published, original in copies.items():
        tensor = file.tensors[published]
        tied = original is not None and tensor.data_ptr() == original.data_ptr()
        if original is not None and not tied and not torch.equal(tensor, original):
            raise StudioError(
                f"{published} of {file.name} differs from what it has to repeat; take files that belong together."
            )
    for published, our in wanted.items():
        weights.add(our, file.tensors[published], f"{published} of {file.name}")
