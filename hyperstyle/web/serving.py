"""Launches the page."""

from typing import Any

import gradio as gr
from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.middleware import Middleware

from hyperstyle.photo.formats import MAX_BYTES
from hyperstyle.web.examples import Examples
from hyperstyle.web.link_preview import LinkPreview
from hyperstyle.web.page import STYLE
from hyperstyle.web.texts import text
from hyperstyle.web.theme import theme

MAX_UPLOAD = 3 * MAX_BYTES
"""Limit of an upload in bytes. Photos between `MAX_BYTES` and this get our own error, which says what to do; larger
uploads get Gradio's."""
Address = tuple[Any, str, str]


def serve(page: gr.Blocks, examples: Examples, **options: Any) -> Address:  # noqa: ANN401 - those of Gradio's launch
    """Launch the page, without a history of runs and without monitoring; only files that it made can be downloaded.

    Links to it show the `examples`.
    """
    return page.launch(
        theme=theme(),
        css_paths=STYLE,
        footer_links=["api"],
        run_history=False,
        enable_monitoring=False,
        max_file_size=MAX_UPLOAD,
        ssr_mode=False,
        app_kwargs={
            "exception_handlers": {503: busy},
            "middleware": [Middleware(LinkPreview, examples=examples)],
        },
        **options,
    )


def busy(_: Request, __: Exception) -> JSONResponse:
    """Return the response of a full queue. Its status is 429, because for 503 Gradio's page would show its own text."""
    return JSONResponse({"detail": text("busy")}, 429, {"Retry-After": "60"})
