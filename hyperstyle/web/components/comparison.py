"""Two pictures of one size on top of each other, and a slider between them."""

from typing import Any

import gradio as gr

from hyperstyle.web.components import component


def comparison(nothing: str, **settings: Any) -> gr.HTML:  # noqa: ANN401 - those of gr.HTML
    """Before and after, with a slider between them that is a real one, so that keyboards and fingers move it alike.

    `nothing` stands there while there is no picture. (Gradio's ImageSlider cannot be moved by keyboard.)
    """
    return component("comparison", said=nothing, **settings)


def compared(after: str, before: str | None, title: str, before_title: str = "Photo") -> dict[str, str | None]:
    """Two data URIs as the component's value; without `before` the picture stands alone."""
    return {"after": after, "before": before, "title": title, "before_title": before_title}
