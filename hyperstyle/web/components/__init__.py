"""Parts of the page that Gradio does not have, each with its template, style and script in files of its own."""

from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

_HERE = Path(__file__).parent


def component(name: str, value: Any = None, said: str = "", **settings: Any) -> gr.HTML:  # noqa: ANN401 - any value, Gradio's settings
    """The component of that name; its template escapes all that it is given.

    `said` is what it always says where its template has `{{said}}`. (Gradio would take such words as settings of the
    template, but forgets those of a component that was updated before it was first shown. And a subclass would do, but
    Gradio writes a file beside the source of every subclass.)
    """
    html, css, js = ((_HERE / f"{name}.{kind}").read_text(encoding="utf-8") for kind in ("html", "css", "js"))
    html = html.replace("{{said}}", escape(said))
    return gr.HTML(value, html_template=html, css_template=css, js_on_load=js, apply_default_css=False, **settings)
