"""Turns errors into sentences on the page, never tracebacks."""

import html
import inspect
import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import gradio as gr

from hyperstyle.errors import StudioError

_log = logging.getLogger(__name__)
F = TypeVar("F", bound=Callable[..., Any])

UNEXPECTED = (
    "Something went wrong, and it is not your fault: try again, and tell whoever runs this page if it happens again."
)


def user_error(error: Exception) -> gr.Error:
    """Return the error that the page shows; its text is escaped, because it may quote what a visitor typed."""
    if isinstance(error, gr.Error):
        return error
    if isinstance(error, StudioError):
        message = html.escape(str(error), quote=False)
    else:
        _log.error("a handler failed", exc_info=error)
        message = UNEXPECTED
    return gr.Error(message, duration=None, title="That did not work", print_exception=False)


def user_errors(handler: F) -> F:
    """Decorate a handler, which may be a generator function, so that the page shows its errors as sentences."""
    if inspect.isgeneratorfunction(handler):

        @wraps(handler)
        def generate(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
            try:
                yield from handler(*args, **kwargs)
            except Exception as error:
                raise user_error(error) from error

        return generate  # type: ignore[return-value]  # same signature

    @wraps(handler)
    def call(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        try:
            return handler(*args, **kwargs)
        except Exception as error:
            raise user_error(error) from error

    return call  # type: ignore[return-value]  # same signature
