"""How events run: where they wait, and what the page shows meanwhile."""

from typing import Any

Settings = dict[str, Any]
_PRIVATE: Settings = {"api_visibility": "private"}
_UNSEEN: Settings = {**_PRIVATE, "show_progress": "hidden"}

DRAWERS: Settings = {"concurrency_id": "drawing", "concurrency_limit": 4}
"""The line of those who draw what is there already: none of them waits in that of the inversions."""

INVERTERS: Settings = {"concurrency_id": "inversion", "concurrency_limit": 1}
"""The line of those who invert."""

AT_ONCE: Settings = {**_UNSEEN, "queue": False}
"""Beside the queue, full or not: for what never fails, since Gradio's page shows no sentence of such an event."""

CHOOSING: Settings = {**_UNSEEN}
"""What asks no model; each kind waits for its own kind alone."""

DRAWING: Settings = {**_PRIVATE, **DRAWERS}
"""Pictures and files of what is there already."""

EDITING: Settings = {**DRAWING, **_UNSEEN}
"""The same for what follows a slider."""

INVERTING: Settings = {**_PRIVATE, **INVERTERS, "show_progress": "minimal"}
"""One at a time; `show_progress_on` says where the place in the queue is shown."""

EXAMPLE: Settings = {**INVERTING, "concurrency_id": "example"}
"""An example's inversion, which is there from the second click on, so that it waits for no other."""
