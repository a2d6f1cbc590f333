"""Our own weights in assets/: one safetensors file per network, with its history in the metadata.

Weights are in half precision. A file may keep its large arrays in 8 bits instead, which take half of that: as whole
numbers from -127 to 127, with one scale for each row (what belongs to one output channel) in an array beside it, whose
name ends in `SCALE`.
"""

from pathlib import Path
from typing import TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save
from torch import Tensor, nn

from hyperstyle.domain_table import Domain
from hyperstyle.errors import StudioError
from hyperstyle.files import atomic_write
from hyperstyle.paths import ASSETS
from hyperstyle.weights.checking import sha256_of

M = TypeVar("M", bound=nn.Module)


SCALE = ":scale"
LARGE = 4096  # numbers in an array from which it is kept in 8 bits, if its file is


def ship(network: nn.Module, path: Path, story: dict[str, str], *, in_8_bits: bool = False) -> None:
    """Write a network's weights in half precision or, the large ones, in 8 bits; `story` is metadata of the file."""
    weights: dict[str, Tensor] = {}
    learned = {name for name, _ in network.named_parameters()}  # what was measured instead is kept more exactly
    for name, value in network.state_dict().items():
        if in_8_bits and name in learned and value.ndim > 1 and value.numel() >= LARGE:
            weights[name], weights[name + SCALE] = to_8_bits(value)
        else:
            weights[name] = (value.half() if value.is_floating_point() else value).contiguous()
    too_large = [name for name, value in weights.items() if not value.isfinite().all()]
    if too_large:
        raise StudioError(f"{', '.join(too_large)} has numbers that 16 bits cannot hold.")
    with atomic_write(path) as part:
        part.write_bytes(save(weights, story))


def to_8_bits(weight: Tensor) -> tuple[Tensor, Tensor]:
    """Round a weight [N, ...] to whole numbers in int8, and return them with the scale of each row, [N]."""
    rows = weight.detach().flatten(1).float()
    scale = (rows.abs().amax(1) / 127).clamp(min=torch.finfo(torch.float32).tiny)
    return (rows / scale[:, None]).round().to(torch.int8).view(weight.shape), scale


def from_8_bits(weight: Tensor, scale: Tensor) -> Tensor:
    """Return the weight [N, ...] that whole numbers and the scale of each row stand for."""
    return weight * scale.view(-1, *[1] * (weight.ndim - 1))


def load_shipped(network: M, path: Path) -> M:
    """Return `network` with its weights from assets/, in single precision and for inference."""
    try:
        weights = load_file(path)
    except FileNotFoundError as error:
        raise StudioError(f"assets/{path.name} is missing: install the program again.") from error
    except (SafetensorError, OSError) as error:
        raise StudioError(f"assets/{path.name} is damaged: install the program again.") from error
    scales = {name: weights.pop(name + SCALE) for name in list(weights) if name + SCALE in weights}
    state = {name: value.float() if value.dtype == torch.float16 else value for name, value in weights.items()}
    state |= {name: from_8_bits(weights[name], scale) for name, scale in scales.items()}
    network.load_state_dict(state)
    return network.eval().requires_grad_(False)


def story_of(path: Path) -> dict[str, str]:
    """What the metadata of a file in assets/ tells about its network."""
    with safe_open(path, "pt") as file:
        return dict(file.metadata())


def asset_checksums(domain: Domain) -> dict[str, str]:
    """Return file name -> sha256 of a domain's files in assets/; those of all other files are in the catalogue."""
    return {name: sha256_of(ASSETS / name) for name in domain.bundled_assets if (ASSETS / name).exists()}
