"""The result of an inversion: its steps, the chosen one beside the photo, polish, and the export buttons."""

from collections.abc import Iterator
from typing import Any
from weakref import WeakKeyDictionary

import gradio as gr

from hyperstyle.editing.edits import MAX_STRENGTH, Edits
from hyperstyle.inversion.inversion import StepRecord
from hyperstyle.web.components.before_after import Scene, before_after, before_after_value
from hyperstyle.web.components.tile_strip import Tile, tile_strip, tile_strip_value
from hyperstyle.web.events import EDITING, Updates
from hyperstyle.web.examples import PrecomputedExample
from hyperstyle.web.inline_images import shrunk, uri
from hyperstyle.web.services import Services
from hyperstyle.web.sessions import SavedStep, Session
from hyperstyle.web.stop_button import StopButton
from hyperstyle.web.suggestions import drawn_suggestions, suggested_tiles
from hyperstyle.web.tabs.export_bar import ExportBar
from hyperstyle.web.texts import text
from hyperstyle.web.user_errors import user_errors

POLISH_STEPS = 6
SHOW_FIGURES = "(on) => { document.body.classList.toggle('with-figures', on); }"
"""Shows the figures of the steps, which the style sheet hides otherwise."""


class ResultPanel:
    """The right side of the Invert tab."""

    def __init__(self, services: Services, go: gr.Button, example: PrecomputedExample | None) -> None:
        """`go` is the button that starts an inversion; the page opens with the film of an `example`."""
        self._services = services
        self._suggested: WeakKeyDictionary[SavedStep, list[Tile]] = WeakKeyDictionary()
        """Suggestions that were drawn for a step, of which an example's serve all visitors."""
        film = _film(example) if example else None
        tiles = _precomputed_tiles(example) if example else ()
        with gr.Row(elem_classes="stage"):
            self._result = before_after(text("invert_empty"), film, elem_id="result", elem_classes="comparison")
            self._strip = tile_strip("Refinement steps", tiles, elem_classes="steps", elem_id="steps")
        with gr.Row(elem_classes="progress"):
            self.status = gr.Markdown(elem_classes="status", elem_id="status")
            self.stop_button = StopButton(services, go, "stop")
        with gr.Column(visible=False, elem_classes="tools") as self._tools:
            self.suggestions = tile_strip("Try one of these", elem_classes="suggestions", elem_id="suggestions")
            self._export_bar = ExportBar(services, "invert", strength_only)
            with gr.Accordion("Figures, strength and polish", open=False, elem_id="finer"):
                figures = gr.Checkbox(value=False, label="Show the figures of every step", elem_id="show-figures")
                gr.Markdown(text("figures"), elem_classes="note figures")
                with gr.Row():
                    self._strength = gr.Slider(
                        0,
                        MAX_STRENGTH,
                        1,
                        step=0.05,
                        label="Strength of the refinement",
                        info="lower: easier to edit",
                        min_width=240,
                    )
                    with gr.Column(min_width=240):
                        self.polish_steps = gr.Slider(
                            5,
                            60,
                            POLISH_STEPS,
                            step=5,
                            label="Polish steps",
                            info="more: slower, and closer to the photo",
                        )
                        self.polish = gr.Button("Polish", size="sm", elem_id="polish")
        self.outputs = [
            *(self._result, self._strip, self.status, self.suggestions, self._tools, self._strength),
            *self._export_bar.outputs,
        ]
        figures.change(None, figures, js=SHOW_FIGURES)
        self.film_ended = self._result.end
        """Listens for the end of the film."""
        self._strip.select(self.choose_step, None, self.outputs, **EDITING)
        self._strength.input(self.set_strength, self._strength, self._result, **EDITING)

    def empty(self) -> Updates:
        """Return the updates that empty the panel."""
        return {
            self._result: gr.update(value=None),
            self._strip: gr.update(value=None),
            self.suggestions: gr.update(value=None),
            self.status: "",
            self._tools: gr.update(visible=False),
            self._strength: 1,
            **self._export_bar.hide(),
        }

    def precomputed(self, example: PrecomputedExample) -> Updates:
        """Return the updates that show the precomputed pictures of an example."""
        tiles = _precomputed_tiles(example)
        last = _large(_name(example.records[-1].index))
        return {
            **self.empty(),
            self._result: before_after_value(uri(example.pictures[-1]), uri(example.aligned), last),
            self._strip: tile_strip_value(tiles, len(tiles) - 1),
            self.status: "Computed in advance. The full size follows.",
        }

    def current(self, session: Session, status: str, expected: int | None = None) -> Updates:
        """Return the updates that show the session's steps; steps to come, up to index `expected`, have empty tiles."""
        tiles = [Tile("Your photo", uri(shrunk(session.aligned)))] if session.aligned else []
        first = len(tiles)
        tiles += [
            Tile(_title(step), uri(shrunk(step.picture)), captions(step.inversion.steps[-1])) for step in session.steps
        ]
        if expected is not None:
            tiles += [Tile(_name(index), None) for index in range(len(session.steps), expected + 1)]
        return {
            self._result: gr.update(value=self._beside_photo(session)),
            self._strip: tile_strip_value(tiles, session.chosen + first if session.steps else None),
            self.status: status,
            self._tools: gr.update(visible=bool(session.steps)),
            self._strength: session.edits.strength,
            **self._export_bar.hide(),
        }

    @user_errors
    def choose_step(self, event: gr.EventData, request: gr.Request) -> Updates:
        """Choose the step that was clicked; the first tile is the photo."""
        session = self._services.session(request)
        session.choose_step(int(event.index) - (session.aligned is not None))
        status = f"You go on with {_large(_title(session.step())).lower()}." if session.steps else ""
        return self.current(session, status)

    @user_errors
    def set_strength(self, strength: float, request: gr.Request) -> Updates:
        """Scale the offsets of the chosen step, and draw it."""
        session = self._services.session(request)
        session.set_strength(strength)
        return {self._result: gr.update(value=self._beside_photo(session))}

    def finished(self, session: Session, status: str) -> Updates:
        """Return the updates that show the session's steps, with what to try next if that has been drawn."""
        drawn = self._suggested.get(session.step())
        return {
            **self.current(session, status),
            self.suggestions: gr.update(value=tile_strip_value(drawn or suggested_tiles(self._services, session))),
        }

    @user_errors
    def suggest(self, request: gr.Request) -> Iterator[Updates]:
        """Draw what to try next, picture by picture, after `finished`, until the visitor takes another step."""
        session = self._services.session(request)
        if not session.steps or (step := session.step()) in self._suggested:
            yield gr.skip()
            return
        tiles: list[Tile] = []
        for tiles in drawn_suggestions(self._services, session):
            if not session.steps or session.step() is not step:
                return
            yield {self.suggestions: gr.update(value=tile_strip_value(tiles))}
        self._suggested[step] = tiles

    def _beside_photo(self, session: Session) -> dict[str, Any] | None:
        """Return the chosen step beside the photo, as the component's value."""
        before = uri(session.aligned) if session.aligned else None
        if not session.steps:
            return before_after_value(before, None, "Your photo, aligned") if before else None
        picture = self._services.picture(session, strength_only(session.edits))
        return before_after_value(uri(picture), before, _large(_title(session.step())))


def strength_only(edits: Edits) -> Edits:
    """Return the strength of the offsets alone, without any edit."""
    return Edits(strength=edits.strength)


def captions(record: StepRecord) -> tuple[str, ...]:
    """Return the metrics of a step, one per line."""
    metrics = record.metrics
    identity = "no face found" if metrics.identity is None else f"identity {metrics.identity:.2f}"
    return identity, f"LPIPS {metrics.lpips:.3f}", f"L2 {metrics.l2:.3f}"


def _film(example: PrecomputedExample) -> dict[str, Any]:
    """Return the value of the large picture that plays the steps of an example beside its photo."""
    pairs = zip(example.records, example.pictures, strict=True)
    scenes = [Scene(_large(_name(record.index)), uri(picture)) for record, picture in pairs]
    last = scenes[-1]
    return before_after_value(last.picture, uri(example.aligned), last.title, film=scenes)


def _precomputed_tiles(example: PrecomputedExample) -> list[Tile]:
    steps = [
        Tile(_name(record.index), uri(shrunk(picture)), captions(record))
        for record, picture in zip(example.records, example.pictures, strict=True)
    ]
    return [Tile("Your photo", uri(shrunk(example.aligned))), *steps]


def _name(index: int) -> str:
    return "First guess" if index == 0 else str(index)


def _title(step: SavedStep) -> str:
    return "Polished" if step.polished else _name(step.inversion.steps[-1].index)


def _large(title: str) -> str:
    """Return the title of a step as it stands alone, without the others beside it."""
    return f"Step {title}" if title.isdigit() else title
