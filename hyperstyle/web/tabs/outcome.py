"""What an inversion comes to: all its steps, the chosen one beside the photo, and what can be done with it."""

from typing import Any

import gradio as gr

from hyperstyle.drawing import STRONGEST
from hyperstyle.inversion.record import StepRecord
from hyperstyle.web.components.comparison import compared, comparison
from hyperstyle.web.components.tiles import Tile, shown, tile_strip
from hyperstyle.web.events import EDITING
from hyperstyle.web.examples import Made
from hyperstyle.web.pictures import jpeg, shrunk, uri
from hyperstyle.web.stopping import Stopping
from hyperstyle.web.studio import Studio
from hyperstyle.web.tabs.carrying import Carrying
from hyperstyle.web.texts import text
from hyperstyle.web.visits import Shot, Visit
from hyperstyle.web.words import in_words

POLISH = 20
Update = dict[str, Any] | None


class Outcome:
    """The right side of the first tab; `go` is the button that leads to it."""

    def __init__(self, studio: Studio, go: gr.Button) -> None:
        self._studio = studio
        self.result = comparison(text("invert_empty"), elem_id="result", elem_classes="comparison")
        self.status = gr.Markdown(elem_classes="status", elem_id="status")
        self.stopping = Stopping(studio, go, "stop")
        strip = tile_strip("Refinement steps", elem_classes="steps", elem_id="steps")
        with gr.Column(visible=False) as tools:
            gr.Markdown(text("figures"), elem_classes="note")
            with gr.Row():
                strength = gr.Slider(
                    0,
                    STRONGEST,
                    1,
                    step=0.05,
                    label="Strength of the refinement",
                    info="less edits more freely",
                    min_width=240,
                )
                with gr.Column(min_width=240):
                    self.polish_steps = gr.Slider(5, 60, POLISH, step=5, label="Polish steps", info="slow, and closer")
                    self.polish = gr.Button("Polish", size="sm", elem_id="polish")
            self._carrying = Carrying(studio, "invert", edited=False)
        self.shown = [self.result, strip, self.status, tools, strength, *self._carrying.shown]
        strip.select(self.choose_step, None, self.shown, **EDITING)
        strength.input(self.weigh, strength, [self.result], trigger_mode="always_last", **EDITING)

    def nothing(self) -> list[Update]:
        """All that is shown, before there is anything."""
        empty = [gr.update(value=None), gr.update(value=None), gr.update(value=""), gr.update(visible=False)]
        return [*empty, gr.update(value=1), *self._carrying.hide()]

    def made_before(self, made: Made) -> list[Update]:
        """The same with the pictures that were made of an example beforehand."""
        tiles = [Tile("Your photo", uri(shrunk(made.aligned)))]
        tiles += [
            Tile(_name(record.index), uri(shrunk(picture)), captions(record))
            for record, picture in zip(made.records, made.pictures, strict=True)
        ]
        last = _name(made.records[-1].index)
        return [
            gr.update(value=compared(uri(made.pictures[-1]), uri(made.aligned), last)),
            gr.update(value=shown(tiles, len(tiles) - 1)),
            gr.update(value="Made beforehand; the full size follows."),
            gr.update(visible=False),
            gr.update(value=1),
            *self._carrying.hide(),
        ]

    def of(self, visit: Visit, status: str, expected: int | None = None) -> list[Update]:
        """The same with what a visitor's photo came to; tiles that are still expected are shown empty."""
        tiles = [Tile("Your photo", uri(shrunk(visit.aligned)))] if visit.aligned else []
        before = len(tiles)
        tiles += [
            Tile(_title(shot), uri(shrunk(shot.picture)), captions(shot.inversion.steps[-1])) for shot in visit.shots
        ]
        if expected is not None:
            tiles += [Tile(_name(index), None) for index in range(len(visit.shots), expected + 1)]
        return [
            gr.update(value=self._compared(visit)),
            gr.update(value=shown(tiles, visit.chosen + before if visit.shots else None)),
            gr.update(value=status),
            gr.update(visible=bool(visit.shots)),
            gr.update(value=visit.strength),
            *self._carrying.hide(),
        ]

    @in_words
    def choose_step(self, event: gr.EventData, request: gr.Request) -> list[Update]:
        """Go on with the step that was clicked; the first tile is the photo itself."""
        visit = self._studio.visit(request)
        index = int(event.index) - (visit.aligned is not None)
        if 0 <= index < len(visit.shots):
            visit.chosen = index
        return self.of(visit, f"You go on with {_title(visit.shot()).lower()}." if visit.shots else "")

    @in_words
    def weigh(self, strength: float, request: gr.Request) -> Update:
        """Draw the chosen step with more or less of its offsets."""
        visit = self._studio.visit(request)
        visit.shot()
        visit.strength = min(max(float(strength), 0), STRONGEST)
        return gr.update(value=self._compared(visit))

    def _compared(self, visit: Visit) -> dict[str, str | None] | None:
        """The chosen step beside the photo."""
        before = uri(visit.aligned) if visit.aligned else None
        if not visit.shots:
            return compared(before, None, "Your photo, aligned") if before else None
        shot = visit.shot()
        usual = visit.strength == 1
        picture = shot.picture if usual else jpeg(self._studio.engine.draw(visit.inversion()))
        return compared(uri(picture), before, _title(shot))


def captions(record: StepRecord) -> tuple[str, ...]:
    """The figures of a step, a line each."""
    figures = record.figures
    identity = "no face found" if figures.identity is None else f"identity {figures.identity:.2f}"
    return identity, f"LPIPS {figures.lpips:.3f}", f"L2 {figures.l2:.3f}"


def _name(index: int) -> str:
    return "First guess" if index == 0 else f"Step {index}"


def _title(shot: Shot) -> str:
    return "Polished" if shot.polished else _name(shot.inversion.steps[-1].index)
