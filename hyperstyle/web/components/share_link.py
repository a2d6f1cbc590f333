"""A link to copy, and a sentence about it."""

from typing import Any

import gradio as gr

from hyperstyle.web.components import component


def share_link(**settings: Any) -> gr.HTML:  # noqa: ANN401 - those of gr.HTML
    """Return the component: a field with a link, which the browser makes absolute, and a button that copies it.

    (The copy button of Gradio's Textbox has no label for screen readers.)
    """
    return component("share_link", None, **settings)


def share_link_value(query: str, about: str) -> dict[str, str]:
    """Return the component's value for the query of a link and a sentence about it."""
    return {"query": f"?{query}", "about": about}
