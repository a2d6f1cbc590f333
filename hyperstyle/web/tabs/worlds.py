"""Styles of the domain, and pictures that are no photos."""

import gradio as gr

from hyperstyle.web.texts import text


def worlds_tab() -> None:
    """The fourth tab."""
    gr.Markdown(text("worlds"))
