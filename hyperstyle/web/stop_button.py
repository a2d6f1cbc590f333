"""The button that stops a running task and keeps the steps that are done."""

from typing import Any

import gradio as gr

from hyperstyle.web.events import AT_ONCE, Updates
from hyperstyle.web.services import Services
from hyperstyle.web.user_errors import user_errors

LABEL = "Stop, and keep the steps so far"


class StopButton:
    """A button that shows while a task is under way; `go` is the button that starts the task."""

    def __init__(self, services: Services, go: gr.Button, elem_id: str) -> None:
        self._services = services
        self._go = go
        self._button = gr.Button(LABEL, visible=False, size="sm", elem_id=elem_id)
        self.outputs = [go, self._button]
        """Components that `busy` updates."""
        self._button.click(self.stop, None, self._button, **AT_ONCE)

    def ready_after(self, event: Any) -> None:  # noqa: ANN401 - Gradio names no type for it
        """Make both buttons ready again when an event ends, even if it fails."""
        event.then(lambda: self.busy(False), None, self.outputs, **AT_ONCE)

    def busy(self, under_way: bool) -> Updates:
        """Return the updates of both buttons: only Stop works while a task is `under_way`, otherwise only `go`."""
        return {
            self._go: gr.update(interactive=not under_way),
            self._button: gr.update(visible=under_way, value=LABEL, interactive=True),
        }

    @user_errors
    def stop(self, request: gr.Request) -> Updates:
        """Stop the visitor's task after its current step."""
        self._services.session(request).stop()
        return {self._button: gr.update(value="Stopping...", interactive=False)}
