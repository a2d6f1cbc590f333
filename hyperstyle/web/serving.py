"""The page on the air."""

from typing import Any

import gradio as gr
from fastapi import Request
from fastapi.responses import JSONResponse

from hyperstyle.photo.formats import MAX_BYTES
from hyperstyle.web.page import STYLE
from hyperstyle.web.texts import text
from hyperstyle.web.theme import theme

MOST_BYTES = 3 * MAX_BYTES
"""Of an upload. Photos larger than they may be get our own sentence, which says what to do, and only what no camera
makes gets Gradio's."""
Address = tuple[Any, str, str]


def serve(page: gr.Blocks, **options: Any) -> Address:  # noqa: ANN401 - those of Gradio's launch
    """Launch the page: no history of runs, no monitoring, and nothing to download but what it made itself."""
    return page.launch(
        theme=theme(),
        css_paths=STYLE,
        footer_links=["api"],
        run_history=False,
        enable_monitoring=False,
        max_file_size=MOST_BYTES,
        ssr_mode=False,
        app_kwargs={"exception_handlers": {503: busy}},
        **options,
    )


def busy(_: Request, __: Exception) -> JSONResponse:
    """What a full queue answers: a sentence, where Gradio's page would show its own for a 503, whatever that says."""
    return JSONResponse({"detail": text("busy")}, 429, {"Retry-After": "60"})
