"""Directions in files: those that are shipped, and those that others published."""

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from hyperstyle.editing.directions import CODE, Direction
from hyperstyle.errors import StudioError
from hyperstyle.writing import written_whole

SHIPPED = "directions.safetensors"
"""The file in assets/."""
PUBLISHED_STYLES = 18  # of the generator of faces that the published directions are for


def write_directions(path: Path, directions: list[Direction], stories: dict[str, Any]) -> None:
    """Write directions; each one's title, reach and styles go into the metadata, with what `stories` has on it."""
    about = {
        direction.name: {
            "title": direction.title,
            "less": direction.less,
            "more": direction.more,
            "styles": direction.styles,
            "reach": direction.reach,
            "place": place,
        }
        | stories[direction.name]
        for place, direction in enumerate(directions)
    }
    tensors = {direction.name: direction.found().contiguous() for direction in directions}
    with written_whole(path) as part:
        part.write_bytes(save(tensors, {name: json.dumps(value) for name, value in about.items()}))


def read_directions(path: Path) -> dict[str, Direction]:
    """All directions of a file that `write_directions` wrote, by name, in the order in which they were written."""
    try:
        with safe_open(path, "pt") as file:
            about = {name: json.loads(text) for name, text in file.metadata().items()}
            names = sorted(about, key=lambda name: about[name]["place"])  # the file itself keeps no order
            return {name: _direction(name, file.get_tensor(name), about[name]) for name in names}
    except FileNotFoundError as error:
        raise StudioError(f"{path.name} is missing: this copy of the program is not whole.") from error
    except (SafetensorError, OSError) as error:
        raise StudioError(f"{path.name} is damaged: get this copy of the program again.") from error


def _direction(name: str, vector: Tensor, about: dict[str, Any]) -> Direction:
    first, end = about["styles"]
    return Direction(name, about["title"], about["less"], about["more"], vector, (first, end), about["reach"])


def read_published(path: Path, name: str, title: str, less: str, more: str) -> Direction:
    """A direction as InterFaceGAN's users publish them: one vector of 512 in a `.pt` file, or one for each style."""
    vector = read_tensors(path)
    if not isinstance(vector, Tensor) or vector.shape[-1:] != (CODE,) or not len(vector):
        raise StudioError(f"{path.name} holds no direction: one vector of {CODE} is expected, or one for each style.")
    vector = vector.detach().float().reshape(-1, CODE)
    if len(vector) == 1:
        return Direction(name, title, less, more, vector[0], (0, PUBLISHED_STYLES))
    return Direction(name, title, less, more, vector, (0, len(vector)))


def read_tensors(path: Path) -> Any:  # noqa: ANN401 -- whatever the file holds; the caller looks
    """What a `.pt` file holds, if that is tensors and plain values alone."""
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise StudioError(
            f"{path} cannot be read ({error.strerror}): check the name and that you may read it."
        ) from error
    except Exception as error:  # torch raises whatever the damage leads to
        raise StudioError(f"{path.name} is not read: it is damaged, or holds more than tensors.") from error
