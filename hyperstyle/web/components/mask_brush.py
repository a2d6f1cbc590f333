"""A picture that the visitor paints over, with finger or mouse: what must stay, and what may change."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from hyperstyle.photo.painting import Stroke
from hyperstyle.web.components import component


def mask_brush(**settings: Any) -> gr.HTML:  # noqa: ANN401 - those of gr.HTML
    """Return the component, with two brushes, their size, Undo and Clear.

    The data of an `apply` event, after every stroke and every click on Undo or Clear, has all `strokes`, as
    `strokes_from` reads them.
    """
    return component("mask_brush", None, **settings)


def mask_brush_value(picture: str, strokes: Sequence[Stroke]) -> dict[str, Any]:
    """Return the component's value: a picture (data URI) and what is painted over it."""
    return {"picture": picture, "strokes": [stroke.to_json() for stroke in strokes]}
