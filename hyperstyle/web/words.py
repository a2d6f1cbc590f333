"""What goes wrong, in words: visitors see sentences, never tracebacks."""

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

UNEXPECTED = "Something went wrong here that is not your fault: try again, and tell whoever runs this page if it stays."


def sentence(error: Exception) -> gr.Error:
    """An error as the page shows it; it may hold a visitor's text, so nothing of it is taken for HTML."""
    if isinstance(error, gr.Error):
        return error
    if isinstance(error, StudioError):
        said = html.escape(str(error), quote=False)
    else:
        _log.error("a handler failed", exc_info=error)
        said = UNEXPECTED
    return gr.Error(said, duration=None, title="That did not work", print_exception=False)


def in_words(handler: F) -> F:
    """A handler, or a generator of answers, whose errors the page shows as sentences."""
    if inspect.isgeneratorfunction(handler):

        @wraps(handler)
        def told_all(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
            try:
                yield from handler(*args, **kwargs)
            except Exception as error:
                raise sentence(error) from error

        return told_all  # type: ignore[return-value]  # same signature

    @wraps(handler)
    def told(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        try:
            return handler(*args, **kwargs)
        except Exception as error:
            raise sentence(error) from error

    return told  # type: ignore[return-value]  # same signature
