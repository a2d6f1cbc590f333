"""Reading and writing directions as safetensors files."""

import json
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from hyperstyle.editing.directions import Direction
from hyperstyle.errors import StudioError
from hyperstyle.files import atomic_write

DIRECTIONS_FILE = "directions.safetensors"
"""Name of the bundled file in assets/."""


def write_directions(path: Path, directions: list[Direction], stories: dict[str, Any]) -> None:
    """Write directions; `stories` holds, by the name of a direction, further values for its JSON metadata."""
    about = {
        direction.name: stories[direction.name]
        | {
            "title": direction.title,
            "less": direction.less,
            "more": direction.more,
            "styles": direction.styles,
            "reach": direction.reach,
            "place": place,
        }
        for place, direction in enumerate(directions)
    }
    tensors = {direction.name: direction.load_vector().contiguous() for direction in directions}
    with atomic_write(path) as part:
        part.write_bytes(save(tensors, {name: json.dumps(value) for name, value in about.items()}))


def read_directions(path: Path) -> dict[str, Direction]:
    """Read the directions of a file by `write_directions`, by name, in the order in which they were written."""
    try:
        about = read_stories(path)
        with safe_open(path, "pt") as file:
            names = sorted(about, key=lambda name: about[name]["place"])  # safetensors keeps no order
            return {name: _direction(name, file.get_tensor(name), about[name]) for name in names}
    except FileNotFoundError as error:
        raise StudioError(f"{path.name} is missing: install the program again.") from error
    except (SafetensorError, OSError) as error:
        raise StudioError(f"{path.name} is damaged: install the program again.") from error


def read_stories(path: Path) -> dict[str, dict[str, Any]]:
    """Read the JSON metadata of the directions in a file by `write_directions`, by name."""
    with safe_open(path, "pt") as file:
        return {name: json.loads(text) for name, text in file.metadata().items()}


def _direction(name: str, vector: Tensor, about: dict[str, Any]) -> Direction:
    first, end = about["styles"]
    return Direction(name, about["title"], about["less"], about["more"], vector, (first, end), about["reach"])
