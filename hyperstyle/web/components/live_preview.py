"""Previews while sliders are dragged, the full picture once they are let go, and the event that they were."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import gradio as gr

from hyperstyle.errors import StudioError
from hyperstyle.web.components import component
from hyperstyle.web.inline_images import uri

Draw = Callable[[str, Mapping[str, float]], bytes | None]
"""(name of the visitor's session, values of sliders by their element ids) -> a picture; None if there is none."""


def live_preview(draw_preview: Draw, draw_full: Draw) -> gr.HTML:
    """Return the component, which is unseen: put it among the sliders, in a column of the class `sliders`.

    What is drawn takes the place of the picture in the `before_after` beside the column, until that has another value.
    This begins when the component's value is the name of the session. The event `settle` comes after the full picture,
    or at once where there is none: its handler says what is in the way.
    """

    def preview(asked: dict[str, Any]) -> str | None:
        return _drawn(draw_preview, asked)

    def full(asked: dict[str, Any]) -> str | None:
        return _drawn(draw_full, asked)

    return component("live_preview", elem_classes="unseen", server_functions=[preview, full])


def _drawn(draw: Draw, asked: Mapping[str, Any]) -> str | None:
    picture = None
    with suppress(StudioError):
        picture = draw(asked["visitor"], asked["values"])
    return uri(picture) if picture else None
