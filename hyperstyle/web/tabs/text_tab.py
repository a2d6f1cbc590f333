"""The Text tab: edits in words, from one description to another."""

from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from hyperstyle.editing.edits import DEFAULT_TEXT_STRENGTH, MAX_TEXT_STRENGTH, Edits, TextEdit
from hyperstyle.errors import StudioError
from hyperstyle.recipe import MAX_TEXT_LENGTH
from hyperstyle.web.components.before_after import before_after, before_after_value
from hyperstyle.web.events import AT_ONCE, DRAWING, Updates
from hyperstyle.web.inline_images import uri
from hyperstyle.web.services import Services
from hyperstyle.web.sessions import Session
from hyperstyle.web.tabs.export_bar import ExportBar
from hyperstyle.web.tabs.keep_panel import KeepPanel
from hyperstyle.web.texts import text
from hyperstyle.web.user_errors import user_errors
from hyperstyle.web.views import view_choice, view_update


@dataclass(frozen=True)
class TextSuggestion:
    """A suggested edit in words."""

    title: str
    before: str
    after: str
    strength: float = DEFAULT_TEXT_STRENGTH


TEXT_SUGGESTIONS = (
    TextSuggestion("A smile", "a face", "a smiling face"),
    TextSuggestion("Serious", "a smiling face", "a serious face"),
    TextSuggestion("Older", "a young person", "an old person", 3.0),  # stronger ages become somebody else
    TextSuggestion("Younger", "a face", "a young face", 3.0),
    TextSuggestion("Open mouth", "a face", "a face with an open mouth"),
    TextSuggestion("Glasses", "a face without glasses", "a face with glasses"),
    TextSuggestion("Beard", "a man", "a man with a beard"),
    TextSuggestion("Blond hair", "a face", "a face with blond hair"),
    TextSuggestion("Black hair", "a face", "a face with black hair"),
    TextSuggestion("Grey hair", "a face", "a face with grey hair"),
    TextSuggestion("Curly hair", "a face", "a face with curly hair"),
    TextSuggestion("Bangs", "a face with a bare forehead", "a face with bangs"),
    TextSuggestion("Blue background", "a face", "a face in front of a blue background"),
)
"""Edits that look as their words say, with the embedded text model too."""


def shown_edits(edits: Edits) -> Edits:
    """Return the edits that the pictures of this tab show: all but the style."""
    return replace(edits, style=None)


class TextTab:
    """The controls of an edit in words, and the edited picture."""

    def __init__(self, services: Services) -> None:
        self._services = services
        with gr.Row(elem_classes=["bench", "editing"]):
            with gr.Column(elem_classes="inputs"):
                gr.Markdown(text("text"), elem_classes="note")
                self._missing = gr.Markdown(visible=False, elem_id="text-missing")
                self._suggestion = gr.Radio([suggestion.title for suggestion in TEXT_SUGGESTIONS], label="Try")
                self._before = gr.Textbox(label="From", value="a face", max_length=MAX_TEXT_LENGTH)
                self._after = gr.Textbox(label="To", value="a smiling face", max_length=MAX_TEXT_LENGTH)
                self._strength = gr.Slider(
                    -MAX_TEXT_STRENGTH, MAX_TEXT_STRENGTH, DEFAULT_TEXT_STRENGTH, step=0.5, label="Strength"
                )
                self._usual = gr.Checkbox(value=True, label="Usual disentanglement")
                self._threshold = gr.Slider(
                    0,
                    0.8,
                    0.15,
                    step=0.01,
                    label="Disentanglement",
                    info="higher: changes less of everything else",
                    visible=False,
                )
                with gr.Row(elem_classes="actions"):
                    self._change = gr.Button("Change it", variant="primary", elem_id="say")
                    self._back = gr.Button("Take it back")
                self._keep = KeepPanel(services, "worded")
            with gr.Column(elem_classes="results"):
                self._result = before_after(text("nothing_yet"), elem_id="worded", elem_classes="comparison")
                self._view = view_choice("worded")
                self._export_bar = ExportBar(services, "worded", shown_edits, in_photo=True)
        self._picture = [self._result, *self._export_bar.outputs]
        self._controls = [
            *(self._suggestion, self._before, self._after, self._strength, self._usual, self._threshold),
            *(self._change, self._back),
        ]
        self.applied = self._export_bar.applied
        self.outputs = [self._missing, self._view, *self._keep.outputs, *self._controls, *self._picture]
        self._wire()

    def _wire(self) -> None:
        fields = [self._before, self._after, self._strength, self._usual, self._threshold]
        drawing = DRAWING | {"show_progress_on": self._result}
        suggested = self._suggestion.input(
            self.suggest, self._suggestion, [self._before, self._after, self._strength], **AT_ONCE
        )
        suggested.success(self.change, fields, self._picture, **drawing)
        self._usual.change(self.show_threshold, self._usual, self._threshold, **AT_ONCE)
        self._change.click(self.change, fields, self._picture, **drawing)
        shown = [self._view, *self._picture]
        self._view.input(self.choose_view, self._view, shown, **drawing)
        self._keep.redraw_with(self._show_view, shown)
        self._back.click(self.take_back, None, [self._suggestion, *self._picture], **drawing)

    def suggest(self, title: str) -> Updates:
        """Fill in the suggestion with that title."""
        suggestion = next(suggestion for suggestion in TEXT_SUGGESTIONS if suggestion.title == title)
        return {
            self._before: suggestion.before,
            self._after: suggestion.after,
            self._strength: suggestion.strength,
        }

    def show_threshold(self, usual: bool) -> Updates:
        """Show the slider of the threshold unless the text model's default is used."""
        return {self._threshold: gr.update(visible=not usual)}

    @user_errors
    def open(self, request: gr.Request) -> Updates:
        """Show the visitor's session; if the domain cannot edit in words here, disable the controls and say why."""
        session = self._services.session(request)
        reason = self._services.engine.why_no_text(session.domain)
        values = self._values(session.edits.text) if session.edits.text else {}
        controls = {
            control: gr.update(interactive=reason is None, **values.get(control, {})) for control in self._controls
        }
        return {
            self._missing: gr.update(value=f"**Not here yet:** {reason}.", visible=reason is not None),
            **controls,
            **self._keep.show(session),
            self._view: view_update(session.view, has_photo=session.aligned is not None and reason is None),
            self._result: self._beside_photo(session, session.edits) if session.steps and not reason else None,
            **self._export_bar.hide(),
        }

    @user_errors
    def choose_view(self, view: str, request: gr.Request) -> Updates:
        """Show the picture in the other view."""
        session = self._services.session(request)
        session.choose_view(view)
        return self._show_view(session)

    def _show_view(self, session: Session) -> Updates:
        """Return the updates that show the picture and the view that it is in."""
        return {
            self._view: view_update(session.view, has_photo=session.aligned is not None),
            self._result: self._beside_photo(session, session.edits),
            **self._export_bar.hide(),
        }

    def _values(self, edit: TextEdit) -> dict[Any, dict[str, Any]]:
        """Return the updates of the controls that hold an edit."""
        values: dict[Any, Any] = {self._before: edit.before, self._after: edit.after, self._strength: edit.strength}
        values[self._usual] = edit.threshold is None
        if edit.threshold is not None:
            values[self._threshold] = edit.threshold
        return {control: {"value": value} for control, value in values.items()}

    @user_errors
    def change(
        self, before: str, after: str, strength: float, usual: bool, threshold: float, request: gr.Request
    ) -> Updates:
        """Draw the picture with an edit in words, and keep the edit if it could be drawn."""
        session = self._services.session(request)
        session.step()
        if not before.strip() or not after.strip():
            raise StudioError("Describe both what the picture shows and what it should show.")
        edit = TextEdit(
            before[:MAX_TEXT_LENGTH],
            after[:MAX_TEXT_LENGTH],
            min(max(float(strength), -MAX_TEXT_STRENGTH), MAX_TEXT_STRENGTH),
            None if usual else min(max(float(threshold), 0), 1),
        )
        result = self._beside_photo(session, replace(session.edits, text=edit))
        session.set_text(edit)
        return {self._result: result, **self._export_bar.hide()}

    @user_errors
    def take_back(self, request: gr.Request) -> Updates:
        """Drop the edit in words, and draw the picture without it."""
        session = self._services.session(request)
        session.set_text(None)
        return {
            self._suggestion: None,
            self._result: self._beside_photo(session, session.edits),
            **self._export_bar.hide(),
        }

    def _beside_photo(self, session: Session, edits: Edits) -> dict[str, str | None]:
        """Return the picture with edits beside the photo, or beside the step without edits if there is no photo."""
        picture = self._services.picture(session, shown_edits(edits), session.view)
        return before_after_value(uri(picture), uri(session.aligned or session.step().picture), "Changed")
