"""A strip of pictures with captions, of which one can be pressed."""

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
    """A data URI; None while it is not there yet."""
    lines: tuple[str, ...] = ()
    """Below the title, smaller."""


def tile_strip(heading: str, tiles: Sequence[Tile] = (), **settings: Any) -> gr.HTML:  # noqa: ANN401 - those of gr.HTML
    """Buttons with pictures; its `select` tells with `index` which one was pressed."""
    return component("tiles", shown(tiles) if tiles else None, said=heading, **settings)


def shown(tiles: Sequence[Tile], pressed: int | None = None) -> dict[str, Any]:
    """Tiles as the component's value, one of them pressed; none of them says that it could be if `pressed` is None."""
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
