"""The button that ends what takes a while; what is there by then is kept."""

from typing import Any

import gradio as gr

from hyperstyle.web.events import AT_ONCE
from hyperstyle.web.studio import Studio
from hyperstyle.web.words import in_words

LABEL = "Stop, and keep what is there"


class Stopping:
    """A button that is there while something is under way, beside the one that starts it."""

    def __init__(self, studio: Studio, go: gr.Button, elem_id: str) -> None:
        self._studio = studio
        self.button = gr.Button(LABEL, visible=False, size="sm", elem_id=elem_id)
        self.both = [go, self.button]
        """What `busy` is for."""
        self.button.click(self.halt, None, self.button, **AT_ONCE)

    def after(self, event: Any) -> None:  # noqa: ANN401 - Gradio names no type for it
        """Make both buttons ready again when an event ends, however it ends."""
        event.then(lambda: self.busy(False), None, self.both, **AT_ONCE)

    def busy(self, under_way: bool) -> list[dict[str, Any]]:
        """Both buttons while something is under way, or when it is not."""
        return [gr.update(interactive=not under_way), gr.update(visible=under_way, value=LABEL, interactive=True)]

    @in_words
    def halt(self, request: gr.Request) -> dict[str, Any]:
        """Let what is under way end after its present step."""
        run = self._studio.visit(request).run
        if run:
            run.stopped = True
        return gr.update(value="Stopping...", interactive=False)
