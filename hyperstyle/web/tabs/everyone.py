"""The edits of one face for all faces of the photo."""

from collections.abc import Callable, Iterator

import gradio as gr

from hyperstyle.editing.edits import Edits
from hyperstyle.errors import StudioError
from hyperstyle.inversion.methods import default_method
from hyperstyle.photo.crop import Crop
from hyperstyle.photo.finding import FoundFace
from hyperstyle.photo.reading import Photo
from hyperstyle.web.events import INVERTING, Updates
from hyperstyle.web.examples import STEPS
from hyperstyle.web.inline_images import jpeg
from hyperstyle.web.services import Services
from hyperstyle.web.sessions import AppliedChange, Session
from hyperstyle.web.stop_button import StopButton
from hyperstyle.web.user_errors import user_errors


class Everyone:
    """A button that inverts all other faces and applies the edits to all of them."""

    def __init__(self, services: Services, shown_edits: Callable[[Edits], Edits]) -> None:
        self._services = services
        self._shown_edits = shown_edits
        with gr.Row(elem_classes="actions"):
            self._go = gr.Button("The same for all faces", elem_id="everyone")
        self._status = gr.Markdown(elem_classes="note", elem_id="everyone-status")
        self._stop = StopButton(services, self._go, "everyone-stop")
        self.applied = self._go.click(
            self.run, None, [self._status, *self._stop.outputs], **INVERTING, show_progress_on=self._status
        )
        """The event that the edits were applied to the photo."""
        self._stop.ready_after(self.applied)

    @user_errors
    def run(self, request: gr.Request) -> Iterator[Updates]:
        """Change one face after the other; stopped, those that are done stay."""
        session = self._services.session(request)
        edits, faces = self._shown_edits(session.edits), session.faces
        if not faces:
            raise StudioError("No faces were found in this photo: change one part at a time.")
        own = session.change(edits, self._services.picture(session, edits, session.view.of_result))
        photo, task = self._services.photo(session), session.start_changes()
        changes: list[AppliedChange] = []
        for number, face in enumerate(faces, 1):
            yield {self._status: f"Face {number} of {len(faces)}", **self._stop.busy(True)}
            change = self._change(session, own, photo, face)
            if session.task is not task:  # another photo came meanwhile
                return
            changes.append(change)
            if task.stopped:
                break
        session.apply(*changes)
        yield {self._status: "", **self._stop.busy(False)}

    def _change(self, session: Session, own: AppliedChange, photo: Photo, face: FoundFace) -> AppliedChange:
        """Return the same edits for a face, whose inversion is `own` if it is the one that was edited."""
        crop, services = Crop(photo, session.faces, face.quad), self._services
        if crop.quad == own.step.inversion.quad:
            return own
        method = default_method(services.engine.domains[session.domain])
        *_, last = services.engine.invert(session.domain, crop, method, STEPS)
        step, edits = services.keep_step(last.inversion, last.pixels), own.edits
        drawn, editor = services.engine.draw(step.inversion, edits), services.engine.photo_editor
        original = crop.pixels(*drawn.shape[:2])
        changed = drawn if own.whole else editor.carry(original, step.inversion, edits, drawn).pixels
        return AppliedChange(step, edits, (), jpeg(original, quality=95), jpeg(changed), own.whole)
