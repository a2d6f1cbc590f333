"""Previews while sliders are dragged, and the event that they were let go."""

from typing import Any

import gradio as gr

from hyperstyle.web.components import always_new, component


def live_preview() -> gr.HTML:
    """Return the component, which is unseen: put it among the sliders, in a column of the class `sliders`.

    The value's picture takes the place of the one in the `before_after` beside the column, until that has another
    value. Its event `settle` says that a slider was let go, or moved by a key.
    """
    return component("live_preview", elem_classes="unseen")


def live_preview_value(picture: str) -> dict[str, Any]:
    """Return the component's value for a picture (a data URI)."""
    return always_new({"picture": picture})
