"""Previews while sliders are dragged, and the event that they were let go."""

from collections.abc import Callable, Mapping
from typing import Any

import gradio as gr

from hyperstyle.web.components import component
from hyperstyle.web.inline_images import uri


def live_preview(draw: Callable[[str, Mapping[str, float]], bytes | None]) -> gr.HTML:
    """Return the component, which is unseen: put it among the sliders, in a column of the class `sliders`.

    `draw` is given the name of the visitor's session and the sliders' values, by their element ids. Its picture takes
    the place of the one in the `before_after` beside the column, until that has another value; None leaves it there.
    Previews begin when the component's value is the name of the session. Its event `settle` says that a slider was let
    go, or moved by a key.
    """

    def preview(asked: dict[str, Any]) -> str | None:
        picture = draw(asked["visitor"], asked["values"])
        return uri(picture) if picture else None

    return component("live_preview", elem_classes="unseen", server_functions=[preview])
