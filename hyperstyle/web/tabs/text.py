"""Edits in words: from one description to another."""

from collections.abc import Iterator
from typing import Any

import gradio as gr

from hyperstyle.editing.text import STRENGTH, STRONGEST
from hyperstyle.errors import StudioError
from hyperstyle.recipe import LONGEST_WORDS, Words
from hyperstyle.web.components.comparison import compared, comparison
from hyperstyle.web.pictures import jpeg, uri
from hyperstyle.web.studio import Studio
from hyperstyle.web.tabs.carrying import Carrying
from hyperstyle.web.texts import text
from hyperstyle.web.visits import Visit
from hyperstyle.web.words import in_words

PRESETS = (
    ("A smile", "a face", "a smiling face"),
    ("Serious", "a smiling face", "a serious face"),
    ("Older", "a young person", "an old person"),
    ("Younger", "a face", "a young face"),
    ("Open mouth", "a face", "a face with an open mouth"),
    ("Lipstick", "a face", "a face with red lipstick"),
)
"""Those whose pictures show what the words say, with the embedded text model too."""


class TextTab:
    """The third tab."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        with gr.Row(elem_classes=["bench", "editing"]):
            with gr.Column(scale=4, min_width=300):
                gr.Markdown(text("text"), elem_classes="note")
                self.lacks = gr.Markdown(elem_id="text-lacks")
                self.preset = gr.Radio([title for title, *_ in PRESETS], label="Try")
                self.before = gr.Textbox(label="From", value="a face", max_length=LONGEST_WORDS)
                self.after = gr.Textbox(label="To", value="a smiling face", max_length=LONGEST_WORDS)
                self.strength = gr.Slider(-STRONGEST, STRONGEST, STRENGTH, step=0.5, label="Strength")
                self.own = gr.Checkbox(value=True, label="Usual disentanglement")
                self.threshold = gr.Slider(
                    0, 0.8, 0.15, step=0.01, label="Disentanglement", info="more changes less else"
                )
                self.go = gr.Button("Change it", variant="primary", elem_id="say")
            with gr.Column(scale=6, min_width=300, elem_classes="results"):
                self.result = comparison(elem_id="worded", elem_classes="comparison")
                self.carrying = Carrying(studio, "worded", edited=True, worded=True)
        self.controls = [self.preset, self.before, self.after, self.strength, self.own, self.threshold, self.go]
        self.outcome = [self.lacks, *self.controls, self.result, *self.carrying.shown]
        said = [self.before, self.after, self.strength, self.own, self.threshold]
        quick: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        self.preset.input(self.fill, self.preset, [self.before, self.after], **quick)
        self.go.click(
            self.change,
            said,
            [self.result, *self.carrying.shown],
            api_visibility="private",
            concurrency_id="drawing",
            concurrency_limit=2,
        )

    def fill(self, title: str) -> tuple[str, str]:
        """The descriptions of a preset."""
        return next((before, after) for name, before, after in PRESETS if name == title)

    @in_words
    def show(self, request: gr.Request) -> Iterator[list[Any]]:
        """The tab for what the visitor has; greyed, with the reason, where no text model is there."""
        visit = self._studio.visit(request)
        lacks = self._studio.engine.lacks_words(
            visit.shots[visit.chosen].inversion.domain if visit.shots else visit.domain
        )
        said = f"**Not here yet:** {lacks}." if lacks else ""
        usable = gr.update(interactive=lacks is None)
        picture = self._picture(visit) if visit.shots and not lacks else None
        yield [said, *(usable for _ in self.controls), picture, *self.carrying.hide()]

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
        visit.words = Words(
            before[:LONGEST_WORDS], after[:LONGEST_WORDS], strength, None if own else min(max(float(threshold), 0), 1)
        )
        return [self._picture(visit), *self.carrying.hide()]

    def _picture(self, visit: Visit) -> dict[str, str | None]:
        engine, inversion = self._studio.engine, visit.inversion()
        pixels = engine.draw(inversion, engine.edits(inversion.domain, visit.amounts), words=visit.words)
        before = visit.aligned or visit.shot().picture
        return compared(uri(jpeg(pixels)), uri(before), "Changed")
