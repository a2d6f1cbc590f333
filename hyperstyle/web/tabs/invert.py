"""From a photo to its inversion: choose the face, watch the steps, choose one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from hyperstyle.errors import StudioError
from hyperstyle.inversion.methods import method_for
from hyperstyle.inversion.record import Inversion
from hyperstyle.photo.reading import read_photo
from hyperstyle.recipe import recipe_in
from hyperstyle.web.components.tiles import Tile, tile_strip
from hyperstyle.web.engine import Taken
from hyperstyle.web.events import CHOOSING, EDITING, EXAMPLE, INVERTING
from hyperstyle.web.pictures import jpeg, shrunk, uri
from hyperstyle.web.studio import Studio
from hyperstyle.web.tabs.entrance import MOST_STEPS, Entrance
from hyperstyle.web.tabs.outcome import Outcome
from hyperstyle.web.visits import Run, Shot, Visit
from hyperstyle.web.words import in_words

Update = dict[str, Any] | None


class InvertTab:
    """The first tab."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        examples = studio.examples
        with gr.Row(elem_classes="bench"):
            with gr.Column(scale=4, min_width=300):
                self.entrance = Entrance(studio)
                self._examples = tile_strip(
                    "Examples",
                    [
                        Tile(f"Example {i}", uri(shrunk(examples.photo(name))))
                        for i, name in enumerate(examples.names, 1)
                    ],
                    elem_classes="examples",
                    elem_id="examples",
                )
                self._saved = gr.UploadButton(
                    "Open a saved inversion", file_types=[".safetensors", ".png"], type="filepath", size="sm"
                )
            with gr.Column(scale=6, min_width=300, elem_classes="results"):
                self.outcome = Outcome(studio, self.entrance.go)
        self.shown = [*self.entrance.shown, *self.outcome.shown]
        self._wire()

    def _wire(self) -> None:
        entrance, outcome = self.entrance, self.outcome
        entrance.photo.change(  # a picture that is pasted is no input to Gradio, only a change
            self.look,
            [entrance.photo, entrance.steps],
            self.shown,
            api_visibility="private",
            concurrency_limit=2,
        )
        entrance.another.click(self.clear, None, self.shown, **CHOOSING)
        running: dict[str, Any] = {"outputs": [*outcome.shown, *outcome.stopping.both], **INVERTING}
        way = [entrance.method, entrance.steps]
        started = entrance.go.click(self.invert, way, **running, show_progress_on=entrance.turn)
        polished = outcome.polish.click(self.polish, outcome.polish_steps, **running, show_progress_on=outcome.status)
        for event in (started, polished):
            outcome.stopping.after(event)
        chosen = self._examples.select(self.show_example, None, self.shown, **CHOOSING)
        chosen.success(self.settle, None, [*outcome.shown, entrance.go], **EXAMPLE, show_progress_on=outcome.status)
        opened = self._saved.upload(self.open, self._saved, self.shown, **EDITING)
        self.arrivals = [chosen, opened]
        """Events after which the visitor may be in another domain."""

    @in_words
    def look(self, photo: str | None, steps: float, request: gr.Request) -> list[Update]:
        """Read a photo and find its faces; where there is none, it was taken out of the way."""
        if photo is None:
            return [gr.skip() for _ in self.shown]
        entrance = self.entrance.take(self._studio.visit(request), Path(photo), steps)
        return [*entrance, *self.outcome.nothing()]

    @in_words
    def clear(self, request: gr.Request) -> list[Update]:
        """Make room for another photo."""
        visit = self._studio.visit(request)
        visit.restart()
        visit.photo = visit.example = visit.quad = visit.aligned = None
        return [*self.entrance.empty(), *self.outcome.nothing()]

    @in_words
    def invert(self, name: str, steps: float, request: gr.Request) -> Iterator[list[Update]]:
        """Invert, and show every step when it is made."""
        visit = self._studio.visit(request)
        method = method_for(self._studio.engine.domains[visit.domain], name)
        prepared = visit.prepared()
        visit.restart()
        visit.example = None
        visit.aligned = None
        count = method.limited(min(max(int(steps), 1), MOST_STEPS))
        if method.brings or not self._studio.engine.ready(visit.domain):
            yield self._under_way(visit, "The models are being opened...")
        taken = self._studio.engine.invert(visit.domain, prepared, method, count)
        height, width = 1024, round(1024 * self.entrance.aspect(visit))
        visit.aligned = jpeg(prepared.crop(height, width))
        yield self._under_way(visit, "Looking for the first picture...", count)
        yield from self._follow(visit, taken, count)

    @in_words
    def polish(self, steps: float, request: gr.Request) -> Iterator[list[Update]]:
        """Polish the chosen step; all its steps share one tile."""
        visit = self._studio.visit(request)
        prepared, start = visit.prepared(), visit.inversion()
        count = int(steps)
        visit.shots = visit.shots[: visit.chosen + 1] if visit.chosen >= 0 else visit.shots
        visit.strength = 1.0
        yield self._under_way(visit, f"Polishing: 0 of {count}")
        run = visit.run = Run()
        kept = list(visit.shots)
        for index, taken in enumerate(self._studio.engine.polish(visit.domain, prepared, start, count), 1):
            if visit.run is not run:
                return
            visit.shots = [*kept, Shot(taken.inversion, jpeg(taken.pixels), polished=True)]
            visit.chosen = len(kept)
            if run.stopped:
                break
            yield self._under_way(visit, f"Polishing: {index} of {count}")
        yield self._ended(visit, run)

    def _follow(self, visit: Visit, steps: Iterator[Taken], count: int) -> Iterator[list[Update]]:
        """Show steps as they come, until they end or the visitor has enough."""
        run = visit.run = Run()
        for taken in steps:
            if visit.run is not run:
                return
            visit.shots.append(Shot(taken.inversion, jpeg(taken.pixels)))
            visit.chosen = len(visit.shots) - 1
            if run.stopped:
                break
            yield self._under_way(visit, f"Step {visit.chosen} of {count}", count)
        yield self._ended(visit, run)

    def _under_way(self, visit: Visit, status: str, expected: int | None = None) -> list[Update]:
        return [*self.outcome.of(visit, status, expected), *self.outcome.stopping.busy(True)]

    def _ended(self, visit: Visit, run: Run) -> list[Update]:
        status = "Stopped; what is there is kept." if run.stopped else "Done."
        return [*self.outcome.of(visit, status), *self.outcome.stopping.busy(False)]

    @in_words
    def show_example(self, event: gr.EventData, request: gr.Request) -> list[Update]:
        """Show what was made of an example beforehand."""
        return self.example(self._studio.examples.names[int(event.index)], request)

    def example(self, name: str, request: gr.Request) -> list[Update]:
        """An example's photo and pictures, at once."""
        examples, visit = self._studio.examples, self._studio.visit(request)
        if name not in examples.names:
            raise StudioError(f"There is no example of that name: there are {', '.join(examples.names)}.")
        visit.restart()
        visit.domain, visit.example, visit.quad = self._studio.engine.first, name, None
        visit.photo = examples.photo(name)
        pixels = read_photo(visit.photo).pixels
        visit.size, visit.faces = (pixels.shape[1], pixels.shape[0]), ()
        made = examples.made(name)
        outcome = self.outcome.made_before(made) if made else self.outcome.nothing()
        return [*self.entrance.with_example(visit), *outcome]

    @in_words
    def settle(self, request: gr.Request) -> list[Update]:
        """Make of the example what its pictures show, once for all visitors."""
        visit = self._studio.visit(request)
        name = visit.example
        kept = self._studio.kept(name) if name else None
        if kept is None or visit.example != name:  # another photo was chosen meanwhile
            return [gr.skip() for _ in (*self.outcome.shown, self.entrance.go)]
        visit.faces, visit.quad, visit.aligned = kept.faces, kept.quad, kept.aligned
        visit.shots, visit.chosen = list(kept.shots), len(kept.shots) - 1
        return [*self.outcome.of(visit, "Ready to be edited."), gr.update(interactive=True)]

    @in_words
    def open(self, saved: str | None, request: gr.Request) -> list[Update]:
        """Open a saved inversion; a picture is told apart and explained."""
        if saved is None:
            raise StudioError("Choose the file of an inversion first.")
        path = Path(saved)
        if path.suffix.lower() == ".png":
            recipe = recipe_in(path)
            about = f" It was made with {recipe.in_words()}." if recipe else ""
            raise StudioError(
                f"This is a picture, and a picture holds no inversion.{about} Open the inversion.safetensors that was "
                "saved with it, or upload the picture as a photo."
            )
        inversion = Inversion.open(path)
        engine, visit = self._studio.engine, self._studio.visit(request)
        pixels = engine.draw(inversion)
        matches = visit.photo is not None and visit.size == inversion.photo_size
        visit.restart()
        visit.domain, visit.example, visit.quad = inversion.domain, None, inversion.quad
        if not matches:
            visit.photo, visit.faces, visit.aligned = None, (), None
        else:
            visit.aligned = jpeg(visit.prepared().crop(*pixels.shape[:2]))
        visit.shots, visit.chosen = [Shot(inversion, jpeg(pixels))], 0
        return self.present(visit, "Opened.")

    def present(self, visit: Visit, status: str) -> list[Update]:
        """All that is shown for a visit that came from elsewhere."""
        entrance = self.entrance.with_photo(visit) if visit.photo else self.entrance.empty()
        return [*entrance, *self.outcome.of(visit, status)]
