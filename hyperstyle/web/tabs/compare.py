"""Inversion methods side by side on the visitor's photo."""

from collections.abc import Iterator, Sequence
from typing import Any

import gradio as gr

from hyperstyle.errors import StudioError
from hyperstyle.inversion.methods import METHODS, method_for, methods_of, usual_method
from hyperstyle.inversion.record import Inversion
from hyperstyle.web.components.comparison import compared, comparison
from hyperstyle.web.components.tiles import Tile, shown, tile_strip
from hyperstyle.web.events import EDITING, INVERTING
from hyperstyle.web.pictures import jpeg, shrunk, uri
from hyperstyle.web.stopping import Stopping
from hyperstyle.web.studio import Studio
from hyperstyle.web.tabs.carrying import Carrying
from hyperstyle.web.tabs.outcome import Outcome, captions
from hyperstyle.web.texts import text
from hyperstyle.web.visits import Run, Shot
from hyperstyle.web.words import in_words

SIDE = 440
HEAD = ("Method", "Identity ↓", "LPIPS ↓", "MS-SSIM ↑", "L2 ↓", "Time")


def row(title: str, inversion: Inversion) -> list[str]:
    """A method's last step in the table."""
    figures = inversion.steps[-1].figures
    identity = "-" if figures.identity is None else f"{figures.identity:.3f}"
    seconds = sum(step.seconds for step in inversion.steps)
    return [title, identity, f"{figures.lpips:.3f}", f"{figures.ms_ssim:.3f}", f"{figures.l2:.4f}", f"{seconds:.1f} s"]


def table(rows: list[list[str]]) -> str:
    """Rows as Markdown; nothing where there are none yet."""
    lines = [HEAD, ["---"] * len(HEAD), *rows] if rows else []
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


class CompareTab:
    """The fifth tab; what is chosen in it becomes the outcome of the first."""

    def __init__(self, studio: Studio, outcome: Outcome) -> None:
        self._studio = studio
        self._outcome = outcome
        gr.Markdown(text("compare"), elem_classes="note")
        self.methods = gr.CheckboxGroup(label="Methods", **self.offered(studio.engine.first))
        self.go = gr.Button("Compare", variant="primary")
        self.stopping = Stopping(studio, self.go, "stop-comparing")
        self.turn = gr.Markdown(elem_classes="turn")
        self.pictures = tile_strip("Methods side by side", elem_classes="compared", elem_id="compared")
        self.table = gr.Markdown(elem_id="figures")
        with gr.Column(visible=False, elem_classes="results") as self.large:
            self.result = comparison(text("nothing_yet"), elem_id="compared-large", elem_classes="comparison")
            self.carrying = Carrying(studio, "compared", edited=False)
        running = [self.pictures, self.table, self.large, *self.stopping.both]
        self.stopping.after(self.go.click(self.compare, self.methods, running, show_progress_on=self.turn, **INVERTING))
        chosen = [self.pictures, self.large, self.result, *self.carrying.shown, *outcome.shown]
        self.pictures.select(self.choose, None, chosen, **EDITING)

    def offered(self, name: str, chosen: Sequence[str] = ()) -> dict[str, Any]:
        """The methods of a domain as choices; what was chosen stays, if all of it suits."""
        domain = self._studio.engine.domains[name]
        methods = methods_of(domain)
        kept = chosen and methods.keys() >= set(chosen)
        return {
            "choices": [(method.title, name) for name, method in methods.items()],
            "value": list(chosen) if kept else ["w-encoder", usual_method(domain).name],
        }

    @in_words
    def compare(self, names: list[str], request: gr.Request) -> Iterator[list[Any]]:
        """Run the methods one after the other, each shown with its latest step, until the visitor has enough."""
        visit, engine = self._studio.visit(request), self._studio.engine
        prepared = visit.prepared()
        methods = [method_for(engine.domains[visit.domain], name) for name in names]
        if not methods:
            raise StudioError("Choose at least one method.")
        view = engine.domains[visit.domain].view
        run = visit.run = Run()
        photo = visit.compared_photo = jpeg(prepared.crop(view.height, view.width))
        visit.compared = []
        tiles = [_photo_tile(photo)]
        rows: list[list[str]] = []
        for method in methods:
            done = list(visit.compared)
            for taken in engine.invert(visit.domain, prepared, method, method.steps):
                if visit.run is not run:
                    return
                shot = Shot(taken.inversion, jpeg(taken.pixels))
                visit.compared = [*done, shot]
                tile = _tile(shot)
                if run.stopped:
                    break
                yield [*_side_by_side([*tiles, tile], rows), *self.stopping.busy(True)]
            tiles.append(tile)
            rows.append(row(method.title, taken.inversion))
            yield [*_side_by_side(tiles, rows), *self.stopping.busy(not run.stopped)]
            if run.stopped:
                return

    @in_words
    def choose(self, event: gr.EventData, request: gr.Request) -> list[Any]:
        """Go on with the method that was clicked; the first tile is the photo itself, and stands for the first one."""
        visit = self._studio.visit(request)
        index = min(max(int(event.index) - 1, 0), len(visit.compared) - 1)
        if not visit.compared or visit.compared_photo is None:
            raise StudioError("This comparison is of what was here before: press Compare once more.")
        shot = visit.compared[index]
        visit.shots, visit.chosen, visit.strength = [shot], 0, 1.0
        visit.aligned = visit.compared_photo
        return [
            gr.update(value=shown([_photo_tile(visit.compared_photo), *map(_tile, visit.compared)], index + 1)),
            gr.update(visible=True),
            compared(uri(shot.picture), uri(visit.compared_photo), _title(shot)),
            *self.carrying.hide(),
            *self._outcome.of(visit, f"You go on with {_title(shot)}."),
        ]


def _title(shot: Shot) -> str:
    return METHODS[shot.inversion.method].title


def _side_by_side(tiles: Sequence[Tile], rows: list[list[str]]) -> list[Any]:
    """What there is, the table of the methods that have ended, and nothing large."""
    return [gr.update(value=shown(tiles)), table(rows), gr.update(visible=False)]


def _photo_tile(photo: bytes) -> Tile:
    return Tile("Your photo", uri(shrunk(photo, SIDE)))


def _tile(shot: Shot) -> Tile:
    """What a method came to so far."""
    return Tile(_title(shot), uri(shrunk(shot.picture, SIDE)), captions(shot.inversion.steps[-1]))
