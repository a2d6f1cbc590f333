"""Components that Gradio lacks; each has a template, a style sheet and a script in files of its name."""

from html import escape
from itertools import count
from pathlib import Path
from typing import Any

import gradio as gr

_HERE = Path(__file__).parent
_numbers = count()


def always_new(value: dict[str, Any]) -> dict[str, Any]:
    """Return a value that differs from all others, since Gradio leaves a component alone whose value is its own."""
    return value | {"number": next(_numbers)}


def component(name: str, value: Any = None, label: str = "", **settings: Any) -> gr.HTML:  # noqa: ANN401 - any value, Gradio's settings
    """Return the component of that name; its template escapes its value.

    `label` is a fixed text, which replaces `{{label}}` in the template. (Gradio can pass settings to a template, but
    loses those of a component that is updated before it first shows. A subclass of `gr.HTML` would keep them, but
    Gradio writes a file beside the source of every subclass.)
    """
    html, css, js = ((_HERE / f"{name}.{kind}").read_text(encoding="utf-8") for kind in ("html", "css", "js"))
    html = html.replace("{{label}}", escape(label))
    return gr.HTML(value, html_template=html, css_template=css, js_on_load=js, apply_default_css=False, **settings)
