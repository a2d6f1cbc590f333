"""Directions in files."""

import json
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from hyperstyle.editing.directions import Direction
from hyperstyle.errors import StudioError
from hyperstyle.files import atomic_write

SHIPPED = "directions.safetensors"
"""The file in assets/."""


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
    with atomic_write(path) as part:
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
