"""Two pictures of one size on top of each other, and a slider between them."""

from typing import Any

import gradio as gr

from hyperstyle.web.components import component


def before_after(empty: str, **settings: Any) -> gr.HTML:  # noqa: ANN401 - those of gr.HTML
    """The component; `empty` is the text that stands there while it has no picture.

    The slider is an `<input type="range">`, which moves by keyboard and by finger alike. (Gradio's ImageSlider does not
    move by keyboard.)
    """
    return component("before_after", label=empty, **settings)


def before_after_value(
    after: str, before: str | None, title: str, before_title: str = "Photo"
) -> dict[str, str | None]:
    """Two pictures, as data URIs, as the component's value; without `before` the other shows alone."""
    return {"after": after, "before": before, "title": title, "before_title": before_title}
