"""Edits in words: from one description to another."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from hyperstyle.editing.text import STRENGTH, STRONGEST
from hyperstyle.errors import StudioError
from hyperstyle.recipe import LONGEST_WORDS, Words
from hyperstyle.web.components.comparison import compared, comparison
from hyperstyle.web.events import AT_ONCE, DRAWING
from hyperstyle.web.pictures import jpeg, uri
from hyperstyle.web.studio import Studio
from hyperstyle.web.tabs.carrying import Carrying
from hyperstyle.web.texts import text
from hyperstyle.web.visits import Visit
from hyperstyle.web.words import in_words


@dataclass(frozen=True)
class Preset:
    """Words that work."""

    title: str
    before: str
    after: str
    strength: float = STRENGTH


PRESETS = (
    Preset("A smile", "a face", "a smiling face"),
    Preset("Serious", "a smiling face", "a serious face"),
    Preset("Older", "a young person", "an old person", 3.0),  # stronger ages become somebody else
    Preset("Younger", "a face", "a young face", 3.0),
    Preset("Open mouth", "a face", "a face with an open mouth"),
    Preset("Glasses", "a face without glasses", "a face with glasses"),
    Preset("Beard", "a man", "a man with a beard"),
    Preset("Blond hair", "a face", "a face with blond hair"),
    Preset("Black hair", "a face", "a face with black hair"),
)
"""Those whose pictures show what the words say, with the embedded text model too."""


class TextTab:
    """The third tab."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        with gr.Row(elem_classes=["bench", "editing"]):
            with gr.Column(scale=4, min_width=300):
                gr.Markdown(text("text"), elem_classes="note")
                self.lacks = gr.Markdown(visible=False, elem_id="text-lacks")
                self.preset = gr.Radio([preset.title for preset in PRESETS], label="Try")
                self.before = gr.Textbox(label="From", value="a face", max_length=LONGEST_WORDS)
                self.after = gr.Textbox(label="To", value="a smiling face", max_length=LONGEST_WORDS)
                self.strength = gr.Slider(-STRONGEST, STRONGEST, STRENGTH, step=0.5, label="Strength")
                self.own = gr.Checkbox(value=True, label="Usual disentanglement")
                self.threshold = gr.Slider(
                    0, 0.8, 0.15, step=0.01, label="Disentanglement", info="more changes less else", visible=False
                )
                with gr.Row(elem_classes="actions"):
                    self.go = gr.Button("Change it", variant="primary", elem_id="say")
                    self.back = gr.Button("Take it back")
            with gr.Column(scale=6, min_width=300, elem_classes="results"):
                self.result = comparison(text("nothing_yet"), elem_id="worded", elem_classes="comparison")
                self.carrying = Carrying(studio, "worded", edited=True, worded=True)
        said = [self.before, self.after, self.strength, self.own, self.threshold]
        self.controls = [self.preset, *said, self.go, self.back]
        picture = [self.result, *self.carrying.shown]
        self.outcome = [self.lacks, *self.controls, *picture]
        drawing = DRAWING | {"show_progress_on": self.result}
        filled = self.preset.input(self.fill, self.preset, [self.before, self.after, self.strength], **AT_ONCE)
        filled.success(self.change, said, picture, **drawing)
        self.own.change(lambda own: gr.update(visible=not own), self.own, self.threshold, **AT_ONCE)
        self.go.click(self.change, said, picture, **drawing)
        self.back.click(self.take_back, None, [self.preset, *picture], **drawing)

    def fill(self, title: str) -> tuple[str, str, float]:
        """What a preset says, and how strongly."""
        preset = next(preset for preset in PRESETS if preset.title == title)
        return preset.before, preset.after, preset.strength

    @in_words
    def show(self, request: gr.Request) -> list[Any]:
        """The tab for what the visitor has; greyed, with the reason, where no text model is there."""
        visit = self._studio.visit(request)
        lacks = self._studio.engine.lacks_words(
            visit.shots[visit.chosen].inversion.domain if visit.shots else visit.domain
        )
        said = gr.update(value=f"**Not here yet:** {lacks}.", visible=lacks is not None)
        known = self._known(visit.words) if visit.words else {}
        controls = [gr.update(interactive=lacks is None, **known.get(control, {})) for control in self.controls]
        picture = self._picture(visit, visit.words) if visit.shots and not lacks else None
        return [said, *controls, picture, *self.carrying.hide()]

    def _known(self, words: Words) -> dict[Any, dict[str, Any]]:
        """What the fields say for these words."""
        values: dict[Any, Any] = {self.before: words.before, self.after: words.after, self.strength: words.strength}
        values[self.own] = words.threshold is None
        if words.threshold is not None:
            values[self.threshold] = words.threshold
        return {field: {"value": value} for field, value in values.items()}

    @in_words
    def change(
        self, before: str, after: str, strength: float, own: bool, threshold: float, request: gr.Request
    ) -> list[Any]:
        """Draw the picture with the difference of two descriptions."""
        visit = self._studio.visit(request)
        visit.shot()
        if not before.strip() or not after.strip():
            raise StudioError("Say both what the picture shows and what it shall show.")
        strength = min(max(float(strength), -STRONGEST), STRONGEST)
        words = Words(
            before[:LONGEST_WORDS], after[:LONGEST_WORDS], strength, None if own else min(max(float(threshold), 0), 1)
        )
        picture = self._picture(visit, words)
        visit.words = words  # those that could be drawn, and no others
        return [picture, *self.carrying.hide()]

    @in_words
    def take_back(self, request: gr.Request) -> list[Any]:
        """The picture without words."""
        visit = self._studio.visit(request)
        visit.words = None
        return [None, self._picture(visit, None), *self.carrying.hide()]

    def _picture(self, visit: Visit, words: Words | None) -> dict[str, str | None]:
        engine, inversion = self._studio.engine, visit.inversion()
        pixels = engine.draw(inversion, engine.edits(inversion.domain, visit.amounts), words=words)
        before = visit.aligned or visit.shot().picture
        return compared(uri(jpeg(pixels)), uri(before), "Changed")
