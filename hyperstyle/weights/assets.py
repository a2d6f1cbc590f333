"""Our own weights in assets/: one safetensors file per network, in half precision, with its history in the metadata."""

from pathlib import Path
from typing import TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save
from torch import nn

from hyperstyle.domain_table import Domain
from hyperstyle.errors import StudioError
from hyperstyle.files import atomic_write
from hyperstyle.paths import ASSETS
from hyperstyle.weights.checking import sha256_of

M = TypeVar("M", bound=nn.Module)


def ship(network: nn.Module, path: Path, story: dict[str, str]) -> None:
    """Write a network's weights in half precision, with `story` as metadata of the file."""
    halves = {
        name: (value.half() if value.is_floating_point() else value).contiguous()
        for name, value in network.state_dict().items()
    }
    too_large = [name for name, value in halves.items() if not value.isfinite().all()]
    if too_large:
        raise StudioError(f"{', '.join(too_large)} has numbers that 16 bits cannot hold.")
    with atomic_write(path) as part:
        part.write_bytes(save(halves, story))


def load_shipped(network: M, path: Path) -> M:
    """Return `network` with its weights from assets/, in single precision and for inference."""
    try:
        weights = load_file(path)
    except FileNotFoundError as error:
        raise StudioError(f"assets/{path.name} is missing: install the program again.") from error
    except (SafetensorError, OSError) as error:
        raise StudioError(f"assets/{path.name} is damaged: install the program again.") from error
    state = {name: value.float() if value.dtype == torch.float16 else value for name, value in weights.items()}
    network.load_state_dict(state)
    return network.eval().requires_grad_(False)


def story_of(path: Path) -> dict[str, str]:
    """What the metadata of a file in assets/ tells about its network."""
    with safe_open(path, "pt") as file:
        return dict(file.metadata())


def asset_checksums(domain: Domain) -> dict[str, str]:
    """Return file name -> sha256 of a domain's files in assets/; those of all other files are in the catalogue."""
    return {name: sha256_of(ASSETS / name) for name in domain.bundled_assets if (ASSETS / name).exists()}
