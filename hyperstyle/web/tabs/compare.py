"""Inversion methods side by side on the visitor's photo."""

from collections.abc import Iterator, Sequence
from typing import Any

import gradio as gr

from hyperstyle.errors import StudioError
from hyperstyle.inversion.methods import method_for, methods_of, usual_method
from hyperstyle.inversion.record import Inversion, summary
from hyperstyle.web.components.tiles import Tile, shown, tile_strip
from hyperstyle.web.events import INVERTING
from hyperstyle.web.pictures import jpeg, shrunk, uri
from hyperstyle.web.stopping import Stopping
from hyperstyle.web.studio import Studio
from hyperstyle.web.texts import text
from hyperstyle.web.visits import Run
from hyperstyle.web.words import in_words

HEAD = ("Method", "Identity ↓", "LPIPS ↓", "MS-SSIM ↑", "L2 ↓", "Seconds ↓")


def row(title: str, inversion: Inversion) -> list[str]:
    """A method's last step in the table."""
    figures = inversion.steps[-1].figures
    identity = "-" if figures.identity is None else f"{figures.identity:.3f}"
    seconds = sum(step.seconds for step in inversion.steps)
    return [title, identity, f"{figures.lpips:.3f}", f"{figures.ms_ssim:.3f}", f"{figures.l2:.4f}", f"{seconds:.1f}"]


def table(rows: list[list[str]]) -> str:
    """Rows as Markdown; nothing where there are none yet."""
    lines = [HEAD, ["---"] * len(HEAD), *rows] if rows else []
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


class CompareTab:
    """The fifth tab."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        gr.Markdown(text("compare"), elem_classes="note")
        self.methods = gr.CheckboxGroup(label="Methods", **self.offered(studio.engine.first))
        self.go = gr.Button("Compare", variant="primary")
        self.stopping = Stopping(studio, self.go, "stop-comparing")
        self.turn = gr.Markdown(elem_classes="turn")
        self.pictures = tile_strip("Methods side by side", elem_classes="compared", elem_id="compared")
        self.table = gr.Markdown(elem_id="figures")
        outcome = [self.pictures, self.table, *self.stopping.both]
        self.stopping.after(self.go.click(self.compare, self.methods, outcome, show_progress_on=self.turn, **INVERTING))

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
        tiles = [Tile("Your photo", uri(jpeg(prepared.crop(view.height, view.width))))]
        rows: list[list[str]] = []
        run = visit.run = Run()
        for method in methods:
            for taken in engine.invert(visit.domain, prepared, method, method.steps):
                if visit.run is not run:
                    return
                waiting = Tile(method.title, uri(shrunk(jpeg(taken.pixels), 440)), (summary(taken.inversion.steps),))
                if run.stopped:
                    break
                yield [gr.update(value=shown([*tiles, waiting])), table(rows), *self.stopping.busy(True)]
            tiles.append(waiting)
            rows.append(row(method.title, taken.inversion))
            yield [gr.update(value=shown(tiles)), table(rows), *self.stopping.busy(not run.stopped)]
            if run.stopped:
                return
