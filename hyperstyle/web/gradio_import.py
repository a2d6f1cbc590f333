"""Imports Gradio without its stubs.

For editors, Gradio describes its components in `.pyi` files. At every import it reads and parses the source of each
component and its stub, to see whether they still agree, which takes two fifths of the import. It passes over classes
without a file, so it is told that none of its own has one.
"""

import inspect
from typing import Any


def import_gradio() -> None:
    """Import Gradio; does nothing if that was done before."""
    file_of = inspect.getfile

    def file_of_others(thing: Any) -> str:  # noqa: ANN401 - as in `inspect`
        if inspect.isclass(thing) and thing.__module__.startswith("gradio."):
            raise OSError
        return file_of(thing)

    inspect.getfile = file_of_others  # type: ignore[assignment]  # which takes all that has a source
    try:
        import gradio  # noqa: F401 - for all that import it later
    finally:
        inspect.getfile = file_of
