"""What events of the page have in common: the queue they wait in, what shows meanwhile, and how handlers answer."""

from typing import Any

Updates = dict[Any, Any]
"""What a handler answers: component -> its new value, or a `gr.update` of its properties.

Components that are not named stay as they are. Gradio takes no empty answer: where nothing changes, it is `gr.skip()`.
"""

Settings = dict[str, Any]
"""Arguments of Gradio's event listeners."""

_PRIVATE: Settings = {"api_visibility": "private"}
_UNSEEN: Settings = {**_PRIVATE, "show_progress": "hidden"}

DRAWERS: Settings = {"concurrency_id": "drawing", "concurrency_limit": 4}
"""The queue of events that draw pictures of finished inversions; it is apart from the queue of inversions."""

INVERTERS: Settings = {"concurrency_id": "inversion", "concurrency_limit": 1}
"""The queue of inversions."""

AT_ONCE: Settings = {**_UNSEEN, "queue": False}
"""No queue, so that it works when the queue is full. For handlers that never fail: Gradio shows no error of these."""

CHOOSING: Settings = {**_UNSEEN}
"""Handlers that need no model; each has a queue of its own."""

DRAWING: Settings = {**_PRIVATE, **DRAWERS}
"""Pictures and files of finished inversions."""

EDITING: Settings = {**DRAWING, **_UNSEEN}
"""Pictures that follow a slider or a click, without a progress bar."""

INVERTING: Settings = {**_PRIVATE, **INVERTERS, "show_progress": "minimal"}
"""Inversions; `show_progress_on` names the component that shows the place in the queue."""

EXAMPLE: Settings = {**INVERTING, "concurrency_id": "example"}
"""Inversions of examples, in a queue of their own: all but the first of each are ready at once."""
