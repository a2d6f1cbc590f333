"""Components that come and go."""

from typing import Literal

HIDDEN: Literal["hidden"] = "hidden"
"""The `visible` of a component that comes later: it stays in the page, and with False Gradio would build it anew."""


def shown(there: bool) -> bool | Literal["hidden"]:
    """Return the `visible` of a component that is there or not."""
    return there or HIDDEN
