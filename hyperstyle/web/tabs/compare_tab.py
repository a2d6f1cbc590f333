"""The Compare tab: inversion methods side by side on the visitor's photo."""

from collections.abc import Iterator, Sequence
from typing import Any

import gradio as gr

from hyperstyle.errors import StudioError
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.inversion.methods import METHODS, default_method, method_for, methods_of
from hyperstyle.web.components.before_after import before_after, before_after_value
from hyperstyle.web.components.tile_strip import Tile, tile_strip, tile_strip_value
from hyperstyle.web.events import EDITING, INVERTING, Updates
from hyperstyle.web.inline_images import shrunk, uri
from hyperstyle.web.services import Services
from hyperstyle.web.sessions import SavedStep
from hyperstyle.web.stop_button import StopButton
from hyperstyle.web.tabs.export_bar import ExportBar
from hyperstyle.web.tabs.result_panel import ResultPanel, captions, strength_only
from hyperstyle.web.texts import text
from hyperstyle.web.user_errors import user_errors

TILE = 440
"""Longer side of the pictures side by side, in pixels."""
HEAD = ("Method", "Identity ↓", "LPIPS ↓", "MS-SSIM ↑", "L2 ↓", "Time")


class CompareTab:
    """The choice of methods and their results; a chosen result becomes the one of the Invert tab."""

    def __init__(self, services: Services, result_panel: ResultPanel) -> None:
        self._services = services
        self._result_panel = result_panel
        gr.Markdown(text("compare"), elem_classes="note")
        self.methods = gr.CheckboxGroup(label="Methods", **self.method_choice(services.engine.first))
        go = gr.Button("Compare", variant="primary", elem_id="compare")
        self._stop_button = StopButton(services, go, "stop-comparing")
        place_in_queue = gr.Markdown(elem_classes="turn")
        self._strip = tile_strip("Methods side by side", elem_classes="compared", elem_id="compared")
        self._table = gr.Markdown(elem_id="figures")
        with gr.Column(visible=False, elem_classes="results") as self._large:
            self._result = before_after(text("nothing_yet"), elem_id="compared-large", elem_classes="comparison")
            self._export_bar = ExportBar(services, "compared", strength_only)
        running = [self._strip, self._table, self._large, *self._stop_button.outputs]
        compared = go.click(self.compare, self.methods, running, show_progress_on=place_in_queue, **INVERTING)
        self._stop_button.ready_after(compared)
        chosen = [self._strip, self._large, self._result, *self._export_bar.outputs, *result_panel.outputs]
        self._strip.select(self.choose, None, chosen, **EDITING)

    def method_choice(self, domain_name: str, chosen: Sequence[str] = ()) -> dict[str, Any]:
        """Return the arguments of a `gr.CheckboxGroup` of a domain's methods; `chosen` stays checked if all suit."""
        domain = self._services.engine.domains[domain_name]
        methods = methods_of(domain)
        suits = chosen and methods.keys() >= set(chosen)
        return {
            "choices": [(method.title, name) for name, method in methods.items()],
            "value": list(chosen) if suits else ["w-encoder", default_method(domain).name],
        }

    @user_errors
    def compare(self, names: list[str], request: gr.Request) -> Iterator[Updates]:
        """Run the methods one after the other, and show each one's latest step, until the visitor stops them."""
        session, engine = self._services.session(request), self._services.engine
        domain, crop = engine.domains[session.domain], self._services.crop(session)
        methods = [method_for(domain, name) for name in names]
        if not methods:
            raise StudioError("Choose at least one method.")
        photo = self._services.aligned(crop, domain)
        task = session.start_comparison(photo)
        tiles = [_photo_tile(photo)]
        rows: list[list[str]] = []
        for place, method in enumerate(methods):
            for found in engine.invert(domain.name, crop, method, method.steps):
                if session.task is not task:
                    return
                step = self._services.keep_step(found.inversion, found.pixels)
                session.put_compared(place, step)
                tile = _tile(step)
                if task.stopped:
                    break
                yield self._side_by_side([*tiles, tile], rows, busy=True)
            tiles.append(tile)
            rows.append(_row(method.title, step.inversion))
            yield self._side_by_side(tiles, rows, busy=not task.stopped)
            if task.stopped:
                return

    def _side_by_side(self, tiles: Sequence[Tile], rows: Sequence[Sequence[str]], *, busy: bool) -> Updates:
        """Return the updates that show the pictures so far and the table of finished methods."""
        return {
            self._strip: tile_strip_value(tiles),
            self._table: _table(rows),
            self._large: gr.update(visible=False),
            **self._stop_button.busy(busy),
        }

    @user_errors
    def choose(self, event: gr.EventData, request: gr.Request) -> Updates:
        """Choose the result that was clicked; the first tile is the photo, and chooses the first method."""
        session = self._services.session(request)
        place = min(max(int(event.index) - 1, 0), len(session.compared) - 1)
        step, photo = session.go_on_with(place)
        tiles = [_photo_tile(photo), *map(_tile, session.compared)]
        return {
            self._strip: tile_strip_value(tiles, place + 1),
            self._large: gr.update(visible=True),
            self._result: before_after_value(uri(step.picture), uri(photo), _title(step)),
            **self._export_bar.hide(),
            **self._result_panel.current(session, f"You go on with {_title(step)}."),
        }


def _row(title: str, inversion: Inversion) -> list[str]:
    """Return a method's row of the table."""
    metrics = inversion.steps[-1].metrics
    identity = "-" if metrics.identity is None else f"{metrics.identity:.3f}"
    seconds = sum(step.seconds for step in inversion.steps)
    return [title, identity, f"{metrics.lpips:.3f}", f"{metrics.ms_ssim:.3f}", f"{metrics.l2:.4f}", f"{seconds:.1f} s"]


def _table(rows: Sequence[Sequence[str]]) -> str:
    """Return the table in Markdown; an empty text without rows."""
    lines = [HEAD, ["---"] * len(HEAD), *rows] if rows else []
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _title(step: SavedStep) -> str:
    return METHODS[step.inversion.method].title


def _photo_tile(photo: bytes) -> Tile:
    return Tile("Your photo", uri(shrunk(photo, TILE)))


def _tile(step: SavedStep) -> Tile:
    """Return the tile of a method's latest step."""
    return Tile(_title(step), uri(shrunk(step.picture, TILE)), captions(step.inversion.steps[-1]))
