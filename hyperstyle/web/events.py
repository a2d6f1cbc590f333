"""Settings of the page's events: the queue, the progress that shows meanwhile, and the type of handlers' results."""

from typing import Any

Updates = dict[Any, Any]
"""Result of a handler: component -> its new value, or a `gr.update` of its properties.

Other components stay as they are. Gradio accepts no empty result: a handler that changes nothing returns `gr.skip()`.
All results of a generator name the same components: where one leaves a component out that an earlier one named, a busy
browser may miss what that one said, since Gradio applies the differences between results to one and the same object.
"""

Settings = dict[str, Any]
"""Arguments of Gradio's event listeners."""

_PRIVATE: Settings = {"api_visibility": "private"}
_UNSEEN: Settings = {**_PRIVATE, "show_progress": "hidden", "trigger_mode": "always_last"}
"""Events without a progress bar. Of what a visitor does while one is answered, the last counts; none is dropped."""

DRAWN_AT_ONCE = 4
"""Pictures that are drawn at the same time, in the memory that each takes meanwhile; others wait."""

DRAWERS: Settings = {"concurrency_id": "drawing", "concurrency_limit": DRAWN_AT_ONCE}
"""The queue of events that draw pictures of finished inversions; it is apart from the queue of inversions."""

INVERTERS: Settings = {"concurrency_id": "inversion", "concurrency_limit": 1}
"""The queue of inversions."""

AT_ONCE: Settings = {**_UNSEEN, "queue": False}
"""Events outside the queue, which work when it is full. Their handlers must not fail: Gradio would show no error."""

CHOOSING: Settings = {**_UNSEEN}
"""Events whose handlers use no model; each handler has its own queue."""

DRAWING: Settings = {**_PRIVATE, **DRAWERS}
"""Events that draw pictures or write files of finished inversions."""

EDITING: Settings = {**DRAWING, **_UNSEEN}
"""Events that draw a picture after a slider or a click, without a progress bar."""

INVERTING: Settings = {**_PRIVATE, **INVERTERS, "show_progress": "minimal"}
"""Events that invert; `show_progress_on` names the component that shows the place in the queue."""

EXAMPLE: Settings = {**INVERTING, "concurrency_id": "example"}
"""Events that invert an example, in their own queue: an example is only inverted at its first use."""
