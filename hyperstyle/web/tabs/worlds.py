"""Styles of the domain: the visitor's own face in every one of them, and one of them large."""

from collections.abc import Iterator, Mapping
from typing import Any

import gradio as gr

from hyperstyle.editing.styles import USUAL
from hyperstyle.errors import StudioError
from hyperstyle.photo.reading import Pixels
from hyperstyle.web.components.comparison import compared, comparison
from hyperstyle.web.components.tiles import Tile, shown, tile_strip
from hyperstyle.web.engine import Look
from hyperstyle.web.events import EDITING
from hyperstyle.web.pictures import jpeg, uri
from hyperstyle.web.studio import Studio
from hyperstyle.web.tabs.carrying import Carrying
from hyperstyle.web.texts import text
from hyperstyle.web.visits import Visit
from hyperstyle.web.words import in_words

TILE = 220


class WorldsTab:
    """The fourth tab."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        with gr.Row(elem_classes=["bench", "editing"]):
            with gr.Column(scale=4, min_width=300):
                gr.Markdown(text("worlds"), elem_classes="note")
                self.none = gr.Markdown(text("worlds_none"), visible=not studio.engine.styles[studio.engine.first])
                self.styles = tile_strip("Styles", elem_classes="styles", elem_id="styles")
                self.amount = gr.Slider(0, 1, USUAL, step=0.05, label="From more you to more style")
                gr.Markdown(text("worlds_drawings"), elem_classes="note")
            with gr.Column(scale=6, min_width=300, elem_classes="results"):
                self.result = comparison(text("nothing_yet"), elem_id="styled", elem_classes="comparison")
                self.carrying = Carrying(studio, "styled", edited=True, styled=True)
        picture = [self.result, *self.carrying.shown]
        self.outcome = [self.none, self.styles, self.amount, *picture]
        self.styles.select(self.choose, None, picture, **EDITING)
        self.amount.input(self.weigh, self.amount, picture, trigger_mode="always_last", **EDITING)

    @in_words
    def show(self, request: gr.Request) -> Iterator[list[Any]]:
        """The visitor's face in one style after the other, and one of them large."""
        visit = self._studio.visit(request)
        styles = self._styles(visit)
        if not visit.shots or not styles:
            tiles = shown([Tile(title, None) for title in styles.values()])
            yield [gr.update(visible=not styles), tiles, visit.style_amount, None, *self.carrying.hide()]
            return
        name = visit.style if visit.style in styles else None
        visit.style = name = name or next(iter(styles))
        chosen, shots = list(styles).index(name), visit.shots
        picture = self._picture(visit)
        pictures: dict[str, str] = {}
        for name in styles:
            pictures[name] = uri(jpeg(self._drawn(visit, Look(name, visit.style_amount)), TILE, quality=85))
            if visit.shots is not shots:  # another photo came meanwhile
                return
            tiles = shown([Tile(title, pictures.get(key)) for key, title in styles.items()], chosen)
            yield [gr.update(visible=False), tiles, visit.style_amount, *picture]

    @in_words
    def choose(self, event: gr.EventData, request: gr.Request) -> list[Any]:
        """Draw the style that was clicked."""
        visit = self._studio.visit(request)
        visit.shot()
        names = list(self._styles(visit))
        if not 0 <= int(event.index) < len(names):
            raise StudioError("That style is not for this kind of picture: open the tab again.")
        visit.style = names[int(event.index)]
        return self._picture(visit)

    @in_words
    def weigh(self, amount: float, request: gr.Request) -> list[Any]:
        """Draw with more of the visitor, or more of the style."""
        visit = self._studio.visit(request)
        visit.shot()
        visit.style_amount = min(max(float(amount), 0.0), 1.0)
        return self._picture(visit)

    def _styles(self, visit: Visit) -> Mapping[str, str]:
        """Titles of the styles for what the visitor has, by name."""
        domain = visit.shot().inversion.domain if visit.shots else visit.domain
        return self._studio.engine.styles[domain]

    def _drawn(self, visit: Visit, look: Look) -> Pixels:
        engine, inversion = self._studio.engine, visit.inversion()
        return engine.draw(inversion, engine.edits(inversion.domain, visit.amounts), look)

    def _picture(self, visit: Visit) -> list[Any]:
        """The chosen style beside the photo."""
        if not visit.style:
            raise StudioError("Choose a style first.")
        picture = jpeg(self._drawn(visit, Look(visit.style, visit.style_amount)))
        before = visit.aligned or visit.shot().picture
        title = self._styles(visit).get(visit.style, visit.style)
        return [compared(uri(picture), uri(before), title), *self.carrying.hide()]
