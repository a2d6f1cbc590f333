"""A strip of clickable pictures with captions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from hyperstyle.web.components import component


@dataclass(frozen=True)
class Tile:
    """One picture of a strip."""

    title: str
    picture: str | None
    """A data URI; None while the picture is not ready yet."""
    lines: tuple[str, ...] = ()
    """Smaller lines below the title."""


def tile_strip(heading: str, tiles: Sequence[Tile] = (), **settings: Any) -> gr.HTML:  # noqa: ANN401 - those of gr.HTML
    """Return the component, buttons with pictures; the data of a `select` event has the `index` of the clicked one."""
    return component("tile_strip", tile_strip_value(tiles) if tiles else None, label=heading, **settings)


def tile_strip_value(tiles: Sequence[Tile], pressed: int | None = None) -> dict[str, Any]:
    """Return the component's value; with an index `pressed`, tiles are toggle buttons, and that one is pressed."""
    return {
        "tiles": [
            {
                "title": tile.title,
                "picture": tile.picture,
                "lines": list(tile.lines),
                "pressed": pressed is not None and str(index == pressed).lower(),
            }
            for index, tile in enumerate(tiles)
        ]
    }
