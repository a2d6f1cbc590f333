"""The services that all parts of the page share: models, sessions and examples."""

import atexit
from contextlib import suppress
from dataclasses import dataclass, field, replace
from threading import Event, Lock, Semaphore, Thread

import gradio as gr

from hyperstyle.domain_table import Domain
from hyperstyle.editing.edits import Edits
from hyperstyle.editing.photo_editor import PhotoEditor
from hyperstyle.editing.rendering import PREVIEW_SIDE
from hyperstyle.errors import StudioError
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.inversion.methods import default_method
from hyperstyle.photo.crop import Crop
from hyperstyle.photo.reading import Photo, Pixels, read_photo
from hyperstyle.web.engine import Engine
from hyperstyle.web.events import DRAWN_AT_ONCE
from hyperstyle.web.examples import STEPS, Examples
from hyperstyle.web.gradio_memory import forget_absent
from hyperstyle.web.inline_images import decoded, jpeg
from hyperstyle.web.memory import give_back
from hyperstyle.web.sessions import ChangedPhoto, DrawnPicture, InvertedExample, SavedStep, Session, Sessions
from hyperstyle.web.views import View
from hyperstyle.web.work_store import Kept, WorkStore
from hyperstyle.web.zero_gpu import is_zero_gpu

MINUTE = 60
LONGEST_STEP = 10.0
"""Seconds to wait for a step of an inversion when the program ends."""
ALIGNED_HEIGHT = 1024
"""Height in pixels of the part of a photo that is inverted, as it is shown and edited."""


@dataclass
class Services:
    """Models, sessions and examples of one page, and where the sessions' work is kept."""

    engine: Engine
    sessions: Sessions
    work: WorkStore = field(default_factory=WorkStore)
    examples: Examples = field(default_factory=Examples)
    page: gr.Blocks | None = None
    """The page that is served, once it is built."""
    _drawing: Semaphore = field(default_factory=lambda: Semaphore(DRAWN_AT_ONCE))
    _inverted_examples: dict[str, InvertedExample] = field(default_factory=dict)
    _inverting: Lock = field(default_factory=Lock)
    _example_wanted: Event = field(default_factory=Event)
    """Set as soon as a visitor waits for an example's inversion."""
    _leaving: Event = field(default_factory=Event)
    """Set when the program ends."""

    def start(self) -> None:
        """Start to load models, then to invert the first example, and to drop expired sessions."""
        self.engine.start()
        Thread(target=self._clean_up_every_minute, name="cleaner", daemon=True).start()
        if not is_zero_gpu():  # which lends a GPU to visitors only
            example = Thread(target=self._prepare_example, name="example", daemon=True)
            example.start()
            atexit.register(self._leave, example)

    def clean_up(self) -> None:
        """Drop expired sessions, and what was computed for edits once nobody is here who would go on with them."""
        self.sessions.sweep()
        if self.engine.is_idle or not self.sessions:
            self.engine.forget()
        if self.page:
            forget_absent(self.page, self.sessions)
        give_back()

    def session(self, request: gr.Request) -> Session:
        """Return the session of the visitor who sent a request."""
        return self.sessions.of(request.session_hash)

    def keep_photo(self, file: bytes) -> Kept[bytes]:
        """The file of a photo, kept for a session."""
        return self.work.keep(file, len(file))

    def keep_step(self, inversion: Inversion, pixels: Pixels, *, polished: bool = False) -> SavedStep:
        """An inversion with its picture [H, W, 3], kept for a session."""
        return SavedStep(self.work.keep(inversion, inversion.nbytes), jpeg(pixels), polished)

    @property
    def example_names(self) -> list[str]:
        """Names of the examples that the page offers: those of its domains."""
        return [name for name in self.examples.names if self._domain_of(name) in self.engine.domains]

    def _domain_of(self, example: str) -> str:
        return self.examples.domain(example) or self.engine.first

    @property
    def first_example(self) -> str | None:
        """Name of the example that the page opens with; None if its first domain is not that of the examples."""
        return next(iter(self.examples.names), None) if self.engine.domains[self.engine.first].faces else None

    def take_example(self, session: Session, name: str) -> None:
        """Put the photo of an example into a session."""
        session.take_example(self._domain_of(name), name, *self._example_photo(name))

    def begin_with_example(self, session: Session) -> None:
        """Put the example that the page opens with into a session in which there is nothing yet."""
        name = self.first_example
        if name is None or not session.is_empty:
            return
        photo = self._example_photo(name)
        if not session.is_empty:  # an upload has come while the file was read
            return
        session.take_example(self._domain_of(name), name, *photo)
        if ready := self.ready_example(name):
            session.add_inversion(ready)

    def _example_photo(self, name: str) -> tuple[Kept[bytes], tuple[int, int]]:
        """Return the file of an example's photo, and its width and height."""
        file = self.examples.photo(name)
        height, width = read_photo(file).pixels.shape[:2]
        return self.keep_photo(file), (width, height)

    def photo(self, session: Session) -> Photo:
        """Return the session's photo with the changes that were applied to it.

        It is kept, so that only changes since the last call are pasted.
        """
        changes, kept = session.changes, session.changed_photo
        if not changes:
            return read_photo(session.file())
        done = len(kept.changes) if kept and kept.changes == changes[: len(kept.changes)] else 0
        photo = kept.photo.get() if kept and done else read_photo(session.file())
        for change in changes[done:]:
            inversion, editor = change.step.inversion, self.engine.photo_editor
            pixels = editor.paste(photo, inversion, change.edits, change.painted, whole=change.whole)
            photo = replace(photo, pixels=pixels)
        if done < len(changes):
            session.keep_changed(ChangedPhoto(changes, self.work.keep(photo, photo.pixels.nbytes)))
        return photo

    def photo_of(self, session: Session, inversion: Inversion) -> Photo | None:
        """Return the session's photo if its size is that of the photo of an inversion; otherwise None."""
        if session.photo is None or session.photo_size != inversion.photo_size:
            return None
        return self.photo(session)

    def crop(self, session: Session, photo: Photo | None = None) -> Crop:
        """Return the session's photo with the part to invert; pass `photo` where it was read before."""
        photo = photo or self.photo(session)
        if session.quad is None:
            raise StudioError("First choose a face, or draw a box around one.")
        return Crop(photo, session.faces, session.quad, session.is_drawing)

    def aligned(self, crop: Crop, domain: Domain) -> bytes:
        """Return the part of a photo that is inverted, as JPEG, in the shape of the domain's pictures."""
        return jpeg(crop.pixels(ALIGNED_HEIGHT, round(ALIGNED_HEIGHT * domain.view.width / domain.view.height)))

    def picture(self, session: Session, edits: Edits, view: View = View.GENERATED) -> bytes:
        """Return the picture of the session's chosen step with edits, in a view; a JPEG. The last drawn one is kept."""
        step, aligned = session.step(), None if view is View.GENERATED else session.aligned
        if aligned and edits.are_none and view is View.PHOTO:
            return aligned
        if not aligned and edits == Edits():
            return step.picture
        shown, drawn = session.shown(edits, view), session.drawn
        if drawn and drawn.shown == shown:
            return drawn.picture
        with self._drawing:
            picture = jpeg(self.pixels(session, edits, view), quality=95 if aligned else 90)
        if session.steps and session.shown(edits, view) == shown:  # nothing else was chosen meanwhile
            session.keep_drawn(DrawnPicture(shown, picture))
        return picture

    def pixels(self, session: Session, edits: Edits, view: View) -> Pixels:
        """Draw the session's chosen step with edits, in a view: [H, W, 3], RGB, uint8."""
        return self.in_view(session, edits, self.engine.draw(session.step().inversion, edits), view)

    def preview(self, session: Session, edits: Edits, view: View) -> bytes:
        """Draw a quick preview of `picture`; a smaller JPEG."""
        editor = self.engine.preview_editor
        with self._drawing:
            drawn = self.engine.preview(session.step().inversion, edits)
            return jpeg(self.in_view(session, edits, drawn, view, PREVIEW_SIDE, editor), quality=80)

    def in_view(
        self,
        session: Session,
        edits: Edits,
        drawn: Pixels,
        view: View,
        side: int | None = None,
        editor: PhotoEditor | None = None,
    ) -> Pixels:
        """Return a picture drawn with edits as a view shows it: as it is, or what of it comes into the photo.

        The photo has at most `side` pixels on its longer side; `editor` is the one that drew the picture.
        """
        if view is View.GENERATED or session.aligned is None:
            return drawn
        original, inversion = decoded(session.aligned, side), session.step().inversion
        crop = (editor or self.engine.photo_editor).carry(original, inversion, edits, drawn, session.painted)
        return crop.with_mask_shown() if view is View.MASK else crop.pixels

    def inverted_example(self, name: str) -> InvertedExample:
        """Return an example with its inversion, computed at the first call and then kept for all visitors."""
        self._example_wanted.set()
        return self._example(name)

    def add_example(self, session: Session) -> bool:
        """Add its example's inversion to a session without one; return False if another photo was chosen meanwhile."""
        name = session.example
        if name is None:
            return False
        if not session.steps:
            example = self.inverted_example(name)
            if session.example != name:
                return False
            session.add_inversion(example)
        return True

    def ready_example(self, name: str) -> InvertedExample | None:
        """Return an example with its inversion; None if that has not been computed yet."""
        return self._inverted_examples.get(name)

    def _leave(self, example: Thread) -> None:
        """Wait for the step under way: a thread that is cut off inside of torch would abort the program as it ends."""
        self._leaving.set()
        example.join(LONGEST_STEP)

    def _prepare_example(self) -> None:
        """Invert the first example before a visitor wants it."""
        with suppress(StudioError):  # weights that are not here, which visitors are told of
            if self.first_example:
                self._example(self.first_example)

    def _example(self, name: str) -> InvertedExample:
        with self._inverting:
            if name not in self._inverted_examples:
                self._inverted_examples[name] = self._invert_example(name)
            return self._inverted_examples[name]

    def _invert_example(self, name: str) -> InvertedExample:
        domain = self.engine.domains[self._domain_of(name)]
        crop = self.engine.inverter(domain.name).crop(self.examples.photo(name))
        method, wanted = default_method(domain), self._example_wanted
        found = []
        for step in self.engine.invert(domain.name, crop, method, STEPS, in_background=lambda: not wanted.is_set()):
            if self._leaving.is_set():
                raise SystemExit  # of this thread
            found.append(step)
        steps = tuple(self.keep_step(step.inversion, step.pixels) for step in found)
        height, width = found[-1].pixels.shape[:2]
        return InvertedExample(crop.faces, crop.quad, jpeg(crop.pixels(height, width)), steps)

    def _clean_up_every_minute(self) -> None:
        never = Event()
        while not never.wait(MINUTE):
            self.clean_up()
