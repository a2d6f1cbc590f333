"""A brush with which the visitor says what of the photo must stay and what may change."""

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

from hyperstyle.photo.painting import strokes_from
from hyperstyle.web.components.mask_brush import mask_brush, mask_brush_value
from hyperstyle.web.events import EDITING, Updates
from hyperstyle.web.inline_images import shrunk, uri
from hyperstyle.web.services import Services
from hyperstyle.web.sessions import Session
from hyperstyle.web.texts import text
from hyperstyle.web.user_errors import user_errors
from hyperstyle.web.views import View

SIDE = 640
"""Longer side in pixels of the picture that is painted over."""


class KeepPanel:
    """The photo with a brush, folded away until it is wanted; hidden where there is no photo."""

    def __init__(self, services: Services, name: str) -> None:
        """`name` is the prefix of element ids."""
        self._services = services
        with gr.Accordion("Keep parts of the photo", open=False, visible=False, elem_id=f"{name}-keep") as self._fold:
            gr.Markdown(text("keep"), elem_classes="note")
            self._brush = mask_brush(elem_id=f"{name}-brush")
        self.outputs = [self._fold, self._brush]

    def redraw_with(self, show_picture: Callable[[Session], Updates], outputs: Sequence[Any]) -> None:
        """Let `show_picture` update `outputs` after every stroke."""

        @user_errors
        def paint(event: gr.EventData, request: gr.Request) -> Updates:
            session = self._services.session(request)
            session.set_strokes(strokes_from(event.strokes))
            if session.view is View.GENERATED:
                session.choose_view(View.PHOTO)
            return show_picture(session)

        self._brush.apply(paint, None, outputs, **EDITING)

    def show(self, session: Session) -> Updates:
        """Show what is painted over the photo of a session."""
        there = bool(session.aligned and session.steps)
        picture = uri(shrunk(session.aligned, SIDE)) if session.aligned and there else None
        return {
            self._fold: gr.update(visible=there),
            self._brush: mask_brush_value(picture, session.strokes) if picture else None,
        }
