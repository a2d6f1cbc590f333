"""Components that come and go."""

from typing import Literal

HIDDEN: Literal["hidden"] = "hidden"
"""The `visible` of a component that comes later.

With False, Gradio takes a component out of the page. Under load it now and then did not bring one back that was taken
out and wanted again at once.
"""


def shown(there: bool) -> bool | Literal["hidden"]:
    """Return the `visible` of a component that is there or not."""
    return there or HIDDEN
