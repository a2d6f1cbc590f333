"""Two pictures of the same size on top of each other, with a slider that divides them."""

from itertools import count
from typing import Any

import gradio as gr

from hyperstyle.web.components import component

_numbers = count()


def before_after(empty: str, **settings: Any) -> gr.HTML:  # noqa: ANN401 - those of gr.HTML
    """Return the component; `empty` is its text while it has no picture.

    The slider is an `<input type="range">`, which works with keyboard and touch. (Gradio's ImageSlider has no keyboard
    support.)
    """
    return component("before_after", label=empty, **settings)


def before_after_value(after: str, before: str | None, title: str, before_title: str = "Photo") -> dict[str, Any]:
    """Return the component's value for two pictures (data URIs); without `before` the other shows alone.

    Every value is another one, since Gradio leaves a component alone whose value is the one that it has, and a
    preview may be shown in it meanwhile (see `live_preview`).
    """
    number = next(_numbers)
    return {"after": after, "before": before, "title": title, "before_title": before_title, "number": number}
