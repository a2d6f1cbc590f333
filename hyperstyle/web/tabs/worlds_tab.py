"""The Worlds tab: the visitor's face in every style of the domain, and in one of them large."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import gradio as gr

from hyperstyle.editing.edits import DEFAULT_STYLE_AMOUNT, Edits
from hyperstyle.errors import StudioError
from hyperstyle.web.components.before_after import before_after, before_after_value
from hyperstyle.web.components.tile_strip import Tile, tile_strip, tile_strip_value
from hyperstyle.web.events import EDITING, Updates
from hyperstyle.web.inline_images import jpeg, uri
from hyperstyle.web.services import Services
from hyperstyle.web.sessions import Session
from hyperstyle.web.tabs.export_bar import ExportBar
from hyperstyle.web.texts import text
from hyperstyle.web.user_errors import user_errors
from hyperstyle.web.views import View

TILE = 220
"""Longer side of the small pictures, in pixels."""


def shown_edits(edits: Edits) -> Edits:
    """Return the edits that the pictures of this tab show: all but the edit in words."""
    return replace(edits, text=None)


class WorldsTab:
    """A tile for each style, and the picture in the chosen one."""

    def __init__(self, services: Services) -> None:
        self._services = services
        first = services.engine.first
        with gr.Row(elem_classes=["bench", "editing"]):
            with gr.Column(elem_classes="inputs"):
                gr.Markdown(text("worlds"), elem_classes="note")
                self._none = gr.Markdown(text("worlds_none"), visible=not services.engine.styles[first])
                self.strip = tile_strip("Styles", elem_classes="styles", elem_id="styles")
                self._amount = gr.Slider(0, 1, DEFAULT_STYLE_AMOUNT, step=0.05, label="From you to the style")
                self._person_alone = gr.Checkbox(value=False, label="Only the person: keep my background")
                gr.Markdown(text("worlds_drawings"), elem_classes="note")
            with gr.Column(elem_classes="results"):
                self._result = before_after(text("nothing_yet"), elem_id="styled", elem_classes="comparison")
                self._export_bar = ExportBar(services, "styled", shown_edits)
        picture = [self._result, *self._export_bar.outputs]
        self.outputs = [self._none, self.strip, self._amount, self._person_alone, *picture]
        self.strip.select(self.choose, None, picture, **EDITING)
        self._person_alone.input(self.set_person_alone, self._person_alone, picture, **EDITING)
        self._amount.input(self.set_amount, self._amount, picture, **EDITING)

    @user_errors
    def open(self, request: gr.Request) -> Updates:
        """Draw the visitor's face in the chosen style."""
        session = self._services.session(request)
        titles, style = self._titles(session), session.edits.style
        if not session.steps or not titles:
            return {
                self._none: gr.update(visible=not titles),
                self.strip: tile_strip_value([Tile(title, None) for title in titles.values()]),
                self._amount: style.amount if style else DEFAULT_STYLE_AMOUNT,
                self._person_alone: bool(style and style.person_alone),
                self._result: None,
                **self._export_bar.hide(),
            }
        if style is None or style.name not in titles:
            style = session.choose_style(next(iter(titles)))
        return {
            self._none: gr.update(visible=False),
            self.strip: self._tiles(session, {}),
            self._amount: style.amount,
            self._person_alone: style.person_alone,
            **self._show_picture(session),
        }

    @user_errors
    def draw_tiles(self, request: gr.Request) -> Iterator[Updates]:
        """Draw the visitor's face in one style after the other, after `open`."""
        session = self._services.session(request)
        steps, titles, style = session.steps, self._titles(session), session.edits.style
        if not steps or style is None:
            yield gr.skip()
            return
        inversion, edits = session.step().inversion, shown_edits(session.edits)
        pictures: dict[str, str] = {}
        for name in titles:
            pixels = self._services.engine.draw(inversion, replace(edits, style=replace(style, name=name)))
            pictures[name] = uri(jpeg(pixels, TILE, quality=85))
            if session.steps[:1] != steps[:1]:  # another photo came meanwhile
                return
            yield {self.strip: self._tiles(session, pictures)}

    @user_errors
    def choose(self, event: gr.EventData, request: gr.Request) -> Updates:
        """Draw the style that was clicked."""
        session = self._services.session(request)
        names, index = list(self._titles(session)), int(event.index)
        session.step()
        if not 0 <= index < len(names):
            raise StudioError("That style is not for this kind of picture: open the tab again.")
        session.choose_style(names[index])
        return self._show_picture(session)

    @user_errors
    def set_amount(self, amount: float, request: gr.Request) -> Updates:
        """Set the amount of the chosen style, and draw the picture."""
        session = self._services.session(request)
        session.set_style_amount(amount)
        return self._show_picture(session)

    @user_errors
    def set_person_alone(self, alone: bool, request: gr.Request) -> Updates:
        """Keep the photo's background around the chosen style or not, and draw the picture."""
        session = self._services.session(request)
        session.set_person_alone(alone)
        return self._show_picture(session)

    def _titles(self, session: Session) -> Mapping[str, str]:
        """Return name -> title of the styles of the session's domain."""
        return self._services.engine.styles[session.domain]

    def _tiles(self, session: Session, pictures: Mapping[str, str]) -> dict[str, Any]:
        """Return the strip of styles, with `pictures` (style name -> data URI) so far; the chosen style is pressed."""
        titles, style = self._titles(session), session.edits.style
        pressed = list(titles).index(style.name) if style and style.name in titles else None
        return tile_strip_value([Tile(title, pictures.get(name)) for name, title in titles.items()], pressed)

    def _show_picture(self, session: Session) -> Updates:
        """Return the picture in the chosen style beside the photo, or beside the step if there is no photo."""
        style = session.edits.style
        if not style:
            raise StudioError("Choose a style first.")
        view = View.PHOTO if style.person_alone else View.GENERATED
        picture = self._services.picture(session, shown_edits(session.edits), view)
        before = uri(session.aligned or session.step().picture)
        title = self._titles(session).get(style.name, style.name)
        return {self._result: before_after_value(uri(picture), before, title), **self._export_bar.hide()}
