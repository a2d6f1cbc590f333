"""A link to copy, and what has to be known about it."""

from typing import Any

import gradio as gr

from hyperstyle.web.components import component


def link_box(**settings: Any) -> gr.HTML:  # noqa: ANN401 - those of gr.HTML
    """A field with a link, made absolute where it is shown, and a button that copies it.

    (Gradio's Textbox with a copy button has no label for those who cannot see it.)
    """
    return component("link", None, **settings)


def linked(query: str, about: str) -> dict[str, str]:
    """A query and a sentence as the component's value."""
    return {"query": f"?{query}", "about": about}
