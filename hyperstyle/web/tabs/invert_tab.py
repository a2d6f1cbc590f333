"""The Invert tab: choose a photo and a face, watch the steps, choose one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from hyperstyle.errors import StudioError
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.inversion.methods import method_for
from hyperstyle.photo.crop import Crop
from hyperstyle.recipe import recipe_in
from hyperstyle.web.events import CHOOSING, DRAWING, EDITING, EXAMPLE, INVERTING, Updates
from hyperstyle.web.inline_images import jpeg
from hyperstyle.web.services import Services
from hyperstyle.web.sessions import RunningTask, SavedStep, Session
from hyperstyle.web.tabs.input_panel import MAX_STEPS, InputPanel
from hyperstyle.web.tabs.result_panel import ResultPanel
from hyperstyle.web.user_errors import user_errors


class InvertTab:
    """Photo, examples and settings at the left, the result at the right."""

    def __init__(self, services: Services) -> None:
        self._services = services
        examples = services.examples
        with gr.Row(elem_classes=["bench", "inverting"]):
            with gr.Column(elem_classes="inputs"):
                self.input_panel = InputPanel(services)
            with gr.Column(elem_classes="results"):
                film = examples.precomputed(services.first_example) if services.first_example else None
                self.result_panel = ResultPanel(services, self.input_panel.go, film)
        self.outputs = [*self.input_panel.outputs, *self.result_panel.outputs]
        self._wire()

    def _wire(self) -> None:
        input_panel, result_panel = self.input_panel, self.result_panel
        taken = input_panel.photo.change(  # Gradio tells of a pasted picture by no other event
            self.take_photo,
            [input_panel.photo, input_panel.steps],
            self.outputs,
            api_visibility="private",
            concurrency_limit=2,
        )
        input_panel.another.click(self.clear, None, self.outputs, **CHOOSING)
        running: dict[str, Any] = {"outputs": [*result_panel.outputs, *result_panel.stop_button.outputs], **INVERTING}
        inverted = input_panel.go.click(
            self.invert,
            [input_panel.method, input_panel.steps],
            **running,
            show_progress_on=input_panel.place_in_queue,
        )
        uploads = gr.State(0)  # that were inverted at once; the others do not stand in the queue of inversions
        taken.success(self.begin_at_once, [input_panel.at_once, uploads], uploads, **CHOOSING)
        begun = uploads.change(
            self.invert,
            [input_panel.method, input_panel.steps],
            **running,
            show_progress_on=input_panel.place_in_queue,
        )
        polished = result_panel.polish.click(
            self.polish, result_panel.polish_steps, **running, show_progress_on=result_panel.status
        )
        for event in (inverted, begun, polished):
            event.success(result_panel.suggest, None, result_panel.suggestions, **EDITING)
            result_panel.stop_button.ready_after(event)
        chosen = input_panel.examples.select(self.choose_example, None, self.outputs, **CHOOSING)
        self.example_inverted = [
            listen(
                handler,
                None,
                [*result_panel.outputs, input_panel.go],
                **EXAMPLE,
                show_progress_on=result_panel.status,
            )
            for listen, handler in ((chosen.success, self.invert_example), (result_panel.film_ended, self.end_film))
        ]
        """Events after which an example can be edited."""
        for ready in self.example_inverted:
            ready.success(result_panel.suggest, None, result_panel.suggestions, **EDITING)
        changes = input_panel.changes
        changes.strip.select(self.go_back, None, self.outputs, **DRAWING)
        changes.undo.click(self.undo, None, self.outputs, **DRAWING)
        opened = input_panel.saved.upload(self.open, input_panel.saved, self.outputs, **EDITING)
        self.domain_changes = [chosen, opened]
        """Events after which the visitor may be in another domain."""

    @user_errors
    def take_photo(self, photo: str | None, steps: float, request: gr.Request) -> Updates:
        """Read an uploaded photo and find its faces."""
        if photo is None:  # a handler has cleared the component, which is a change too
            return {self.input_panel.photo: None}
        session = self._services.session(request)
        return {**self.input_panel.take(session, Path(photo), steps), **self.result_panel.empty()}

    @user_errors
    def clear(self, request: gr.Request) -> Updates:
        """Forget the photo, and show the upload again."""
        self._services.session(request).clear_photo()
        return {**self.input_panel.empty(), **self.result_panel.empty()}

    def next_part(self, session: Session) -> Updates:
        """Show the photo with its changes, of which another part can be chosen."""
        return {**self.input_panel.with_photo(session), **self.result_panel.empty()}

    @user_errors
    def go_back(self, event: gr.EventData, request: gr.Request) -> Updates:
        """Take the change that was clicked out of the photo, and go on with it."""
        session = self._services.session(request)
        session.go_back_to(int(event.index))
        return self.show(session, "Edit this change, then apply it again. Until then, the photo is without it.")

    @user_errors
    def undo(self, request: gr.Request) -> Updates:
        """Take the last change out of the photo."""
        session = self._services.session(request)
        session.undo_change()
        result = self.result_panel.current(session, "") if session.steps else self.result_panel.empty()
        return {**self.input_panel.with_photo(session), **result}

    @user_errors
    def invert(self, method_name: str, steps: float, request: gr.Request) -> Iterator[Updates]:
        """Invert the photo, and show every step as soon as it is done."""
        session, engine = self._services.session(request), self._services.engine
        domain = engine.domains[session.domain]
        method = method_for(domain, method_name)
        count = method.clamp_steps(min(max(int(steps), 1), MAX_STEPS))
        crop = self._services.crop(session)
        task = session.start_inversion(self._services.aligned(crop, domain))
        if method.own_weights or not engine.ready(domain.name):
            yield self._under_way(session, "Loading the models...")
        found = engine.invert(domain.name, crop, method, count)
        if session.task is not task:
            return
        yield self._under_way(session, "Encoding the photo...", count)
        steps_shown = (
            (place, self._services.keep_step(step.inversion, step.pixels), f"Step {place} of {count}")
            for place, step in enumerate(found)
        )
        yield from self._follow(session, task, steps_shown, count)

    @user_errors
    def begin_at_once(self, wanted: bool, uploads: int, request: gr.Request) -> int:
        """Count a photo that was just uploaded, if it has a single face and the visitor wants it inverted."""
        begun = self._services.session(request).leave_untouched()
        return uploads + 1 if wanted and begun else gr.skip()

    @user_errors
    def polish(self, steps: float, request: gr.Request) -> Iterator[Updates]:
        """Polish the chosen step; all steps of polish share one tile."""
        session = self._services.session(request)
        crop, start = self._services.crop(session), session.step().inversion.scaled(session.edits.strength)
        count, keep = int(steps), self._services.keep_step
        task = session.start_polish()
        place = len(session.steps)
        yield self._under_way(session, f"Polishing: 0 of {count}")
        found = self._services.engine.polish(session.domain, crop, start, count)
        steps_shown = (
            (
                place,
                keep(step.inversion, step.pixels, polished=True),
                f"Polishing: {number} of {count}",
            )
            for number, step in enumerate(found, 1)
        )
        yield from self._follow(session, task, steps_shown)

    def _follow(
        self,
        session: Session,
        task: RunningTask,
        steps: Iterator[tuple[int, SavedStep, str]],
        expected: int | None = None,
    ) -> Iterator[Updates]:
        """Store and show steps, given with their indices and status texts, until they end or the visitor stops them."""
        for place, step, status in steps:
            if session.task is not task:
                return
            session.put_step(place, step)
            if task.stopped:
                break
            yield self._under_way(session, status, expected)
        status = "Stopped. The steps so far are kept." if task.stopped else "Done."
        yield {**self.result_panel.finished(session, status), **self.result_panel.stop_button.busy(False)}

    def _under_way(self, session: Session, status: str, expected: int | None = None) -> Updates:
        return {**self.result_panel.current(session, status, expected), **self.result_panel.stop_button.busy(True)}

    @user_errors
    def choose_example(self, event: gr.EventData, request: gr.Request) -> Updates:
        """Show the example that was clicked with its precomputed pictures."""
        return self.show_example(self._services.example_names[int(event.index)], self._services.session(request))

    def show_example(self, name: str, session: Session) -> Updates:
        """Put the photo of an example into the session, and show it with its precomputed pictures."""
        examples = self._services.examples
        if name not in self._services.example_names:
            known = ", ".join(self._services.example_names)
            raise StudioError(f"There is no example of that name: there are {known}.")
        self._services.take_example(session, name)
        precomputed = examples.precomputed(name)
        result = self.result_panel.precomputed(precomputed) if precomputed else self.result_panel.empty()
        return {**self.input_panel.with_example(session), **result}

    @user_errors
    def invert_example(self, request: gr.Request) -> Updates:
        """Replace the precomputed pictures by the inversion that they show."""
        session = self._services.session(request)
        if not self._services.add_example(session):
            return gr.skip()
        return {
            **self.result_panel.finished(session, "Ready to be edited."),
            self.input_panel.go: gr.update(interactive=True),
        }

    @user_errors
    def end_film(self, request: gr.Request) -> Updates:
        """Make the example of the film ready to be edited."""
        # On a slow machine the film may end before the page has begun with its example.
        self._services.begin_with_example(self._services.session(request))
        return self.invert_example(request)

    @user_errors
    def open(self, saved: list[str] | None, request: gr.Request) -> Updates:
        """Open a saved inversion; a picture that was saved with it brings its edits."""
        paths = {Path(each).suffix.lower(): Path(each) for each in saved or []}
        recipe = recipe_in(paths[".png"]) if ".png" in paths else None
        if ".safetensors" not in paths:
            about = f" It was made with {recipe.describe()}." if recipe else ""
            raise StudioError(
                f"A PNG contains no inversion.{about} Choose the inversion.safetensors that was saved with it too, "
                "or upload the picture as a photo."
                if paths
                else "Choose the file of an inversion first."
            )
        inversion = Inversion.open(paths[".safetensors"])
        pixels = self._services.engine.draw(inversion)
        session = self._services.session(request)
        if session.example and session.quad != inversion.quad:  # the photo that the page shows is not the visitor's
            session.clear_photo()
        photo = self._services.photo_of(session, inversion)
        aligned = jpeg(Crop(photo, (), inversion.quad).pixels(*pixels.shape[:2])) if photo else None
        session.open_inversion(self._services.keep_step(inversion, pixels), aligned)
        if recipe is None:
            return self.show(session, "Opened.")
        session.follow(recipe.limited(self._services.engine.directions[session.domain]))
        return self.show(session, "Opened with its edits: see the other tabs.")

    def show(self, session: Session, status: str) -> Updates:
        """Show a session that was opened from a file or a link."""
        inputs = self.input_panel.with_photo(session) if session.photo else self.input_panel.empty()
        return {**inputs, **self.result_panel.current(session, status)}
