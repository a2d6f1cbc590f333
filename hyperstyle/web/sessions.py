"""Visitors' sessions: a photo with its inversion and edits, forgotten an hour after its last use."""

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from threading import Lock

from hyperstyle.editing.directions import MAX_AMOUNT
from hyperstyle.editing.edits import MAX_STRENGTH, Edits, StyleChoice, TextEdit
from hyperstyle.errors import StudioError
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.photo.finding import FoundFace
from hyperstyle.photo.painting import Painted, Stroke, paint
from hyperstyle.photo.quads import Quad
from hyperstyle.photo.reading import Photo
from hyperstyle.recipe import Recipe
from hyperstyle.web.amount_history import AmountHistory
from hyperstyle.web.views import View
from hyperstyle.web.work_store import Kept

HOUR = 3600.0
GRACE = 600.0
"""Seconds that a session is kept after its page was closed: a phone closes pages when it goes to sleep."""
MAX_SHARED = 50
"""Limit of shared sessions; the oldest one is dropped for a new one."""


@dataclass(frozen=True, eq=False)
class SavedStep:
    """A step of an inversion, which a visitor can choose."""

    kept: Kept[Inversion]
    """The inversion, whose offsets have 16 bits."""
    picture: bytes
    """JPEG."""
    polished: bool = False

    @property
    def inversion(self) -> Inversion:
        """The inversion, read back into memory if it waits on disk."""
        return self.kept.get()


@dataclass(frozen=True, eq=False)
class InvertedExample:
    """An example's photo with its inversion."""

    faces: tuple[FoundFace, ...]
    quad: Quad
    aligned: bytes
    """The part of the photo that was inverted, as JPEG."""
    steps: tuple[SavedStep, ...]


@dataclass(frozen=True, eq=False)
class AppliedChange:
    """The edits of one part of the photo, which stay in it while another part is edited."""

    step: SavedStep
    edits: Edits
    strokes: tuple[Stroke, ...]
    """Brush strokes of the visitor over that part."""
    aligned: bytes
    """That part of the photo before, as JPEG or WebP."""
    changed: bytes
    """And after, as JPEG."""
    whole: bool
    """True if all of the generator's picture was pasted."""

    @property
    def painted(self) -> Painted | None:
        """The strokes as a mask."""
        return paint(self.strokes, self.step.inversion.quad.aspect)


@dataclass(frozen=True, eq=False)
class ChangedPhoto:
    """The photo with changes applied to it."""

    changes: tuple[AppliedChange, ...]
    photo: Kept[Photo]


@dataclass(frozen=True)
class Shown:
    """All that a picture of a session depends on."""

    step: SavedStep
    edits: Edits
    view: View
    strokes: tuple[Stroke, ...]
    aligned: bytes | None


@dataclass(frozen=True, eq=False)
class DrawnPicture:
    """A picture that was drawn for a visitor, with what it shows."""

    shown: Shown
    picture: bytes
    """JPEG."""


@dataclass
class RunningTask:
    """A running inversion or comparison."""

    stopped: bool = False
    """True once the visitor has pressed Stop."""


@dataclass
class Session:
    """One visitor's photo, the steps of its inversion, and the edits of the chosen step.

    Fields may be read from anywhere, but only the methods change them.
    """

    domain: str
    """Name of the domain."""
    photo: Kept[bytes] | None = None
    """The uploaded file, which takes a tenth of the memory of its pixels."""
    photo_size: tuple[int, int] = (0, 0)
    """Width and height."""
    faces: tuple[FoundFace, ...] = ()
    """Faces in the photo, the largest first."""
    is_drawing: bool = False
    """True in a domain of faces if the detector finds none in the photo as it is: probably a drawing."""
    quad: Quad | None = None
    """The part of the photo to invert; None until it is chosen."""
    aligned: bytes | None = None
    """The inverted part of the photo as JPEG or WebP; None before an inversion."""
    example: str | None = None
    """Name of the example if the photo is one."""
    steps: tuple[SavedStep, ...] = ()
    chosen: int = -1
    """Index of the step to go on with."""
    edits: Edits = Edits()  # noqa: RUF009 - a frozen value
    """Edits of the chosen step; each tab shows its own kinds of them."""
    history: AmountHistory = field(default_factory=AmountHistory)
    """Moves of the sliders, which can be undone."""
    view: View = View.PHOTO
    """What the Edit and Text tabs show, where there is a photo."""
    strokes: tuple[Stroke, ...] = ()
    """Brush strokes of the visitor: there the photo stays, or the edits come through."""
    changes: tuple[AppliedChange, ...] = ()
    """What was applied to the photo before; the oldest first."""
    changed_photo: ChangedPhoto | None = None
    """The photo as it was last needed, with these changes or the first of them; None while it was not needed."""
    compared: tuple[SavedStep, ...] = ()
    """The last step of every compared method."""
    compared_photo: bytes | None = None
    """The part of the photo that was compared, as JPEG."""
    drawn: DrawnPicture | None = None
    """The picture with edits that was drawn last."""
    untouched: bool = False
    """True from the upload of a photo with a single face until something is done with it."""
    task: RunningTask | None = None
    """The running task; a task that is no longer the one here ends silently."""

    @property
    def is_empty(self) -> bool:
        """Whether there is neither a photo nor an inversion."""
        return self.photo is None and not self.steps

    # --- the photo ------------------------------------------------------------------------------------------------

    def choose_domain(self, name: str) -> None:
        """Change the domain, and forget the photo."""
        self.clear_photo()
        self.domain = name

    def take_photo(
        self,
        photo: Kept[bytes],
        size: tuple[int, int],
        faces: tuple[FoundFace, ...],
        quad: Quad | None,
        *,
        is_drawing: bool,
    ) -> None:
        """Start over with an uploaded photo of `size` (width, height); `quad` is the part to invert, if known."""
        self._reset()
        self.photo, self.photo_size, self.faces, self.quad, self.is_drawing = photo, size, faces, quad, is_drawing
        self.untouched = len(faces) == 1

    def leave_untouched(self) -> bool:
        """Return True if this is the first thing done with an uploaded photo with a single face."""
        untouched, self.untouched = self.untouched, False
        return untouched

    def take_example(self, domain: str, name: str, photo: Kept[bytes], size: tuple[int, int]) -> None:
        """Start over with the photo of an example; `add_inversion` adds its inversion later."""
        self._reset()
        self.domain, self.example, self.photo, self.photo_size = domain, name, photo, size

    def add_inversion(self, example: InvertedExample) -> None:
        """Add the inversion of the example, and choose its last step."""
        self.faces, self.quad, self.aligned = example.faces, example.quad, example.aligned
        self.steps, self.chosen = example.steps, len(example.steps) - 1

    def clear_photo(self) -> None:
        """Forget the photo and all that was made of it."""
        self._reset()

    def choose_face(self, index: int) -> None:
        """Choose one of the faces to invert."""
        if not 0 <= index < len(self.faces):
            raise StudioError("That face is no longer there: upload the photo again.")
        self.quad, self.untouched = self.faces[index].quad, False

    def choose_part(self, quad: Quad) -> None:
        """Choose any part of the photo to invert."""
        self.quad, self.untouched = quad, False

    def file(self) -> bytes:
        """Return the uploaded file."""
        if self.photo is None:
            raise StudioError(
                "There is no photo here: upload one, or click an example. Photos are forgotten an hour after their last"
                " use, and when the demo restarts."
            )
        return self.photo.get()

    # --- its inversion --------------------------------------------------------------------------------------------

    def start_inversion(self, aligned: bytes) -> RunningTask:
        """Forget all results for the photo, and start an inversion; `aligned` is the part to invert, as JPEG."""
        self._reset_results()
        self.example, self.aligned = None, aligned
        return self._start()

    def start_polish(self) -> RunningTask:
        """Drop the steps after the chosen one, reset the strength of the offsets to 1, and start a polish."""
        self.step()
        self.steps = self.steps[: self.chosen + 1]
        self.edits = replace(self.edits, strength=1.0)
        return self._start()

    def put_step(self, place: int, step: SavedStep) -> None:
        """Store a step at index `place`, drop all later ones, and choose it."""
        self.steps = (*self.steps[:place], step)
        self.chosen = place

    def open_inversion(self, step: SavedStep, aligned: bytes | None) -> None:
        """Start over with a saved inversion; `aligned` is its part of the photo, None if that is another photo."""
        photo, size, faces, is_drawing = self.photo, self.photo_size, self.faces, self.is_drawing
        changes, changed_photo = self.changes, self.changed_photo
        self._reset()
        if aligned:
            self.photo, self.photo_size, self.faces, self.is_drawing = photo, size, faces, is_drawing
            self.changes, self.changed_photo = changes, changed_photo
        self.domain, self.quad, self.aligned = step.inversion.domain, step.inversion.quad, aligned
        self.put_step(0, step)

    def step(self) -> SavedStep:
        """Return the chosen step."""
        if not self.steps:
            raise StudioError(
                "There is no inversion here: invert a photo, or click an example. Inversions are forgotten an hour "
                "after their last use, and when the demo restarts."
            )
        return self.steps[self.chosen]

    def choose_step(self, index: int) -> None:
        """Choose a step; an index out of range changes nothing."""
        if 0 <= index < len(self.steps):
            self.chosen = index

    # --- its edits ------------------------------------------------------------------------------------------------

    def set_strength(self, strength: float) -> None:
        """Set the factor that the offsets of the chosen step are multiplied by."""
        self._edit(strength=min(max(float(strength), 0.0), MAX_STRENGTH))

    def set_amounts(self, amounts: Mapping[str, float]) -> None:
        """Set the amounts of directions, by their names."""
        self._move(self.edits_at(amounts).amounts, dragged=True)

    def edits_at(self, amounts: Mapping[str, float]) -> Edits:
        """Return the edits with other amounts of directions, by their names."""
        limited = {name: min(max(float(amount), -MAX_AMOUNT), MAX_AMOUNT) for name, amount in amounts.items()}
        return replace(self.edits, amounts={name: amount for name, amount in limited.items() if amount})

    def reset_amounts(self) -> None:
        """Set the amounts of all directions to zero."""
        self._move({})

    def undo_move(self) -> None:
        """Go back to the amounts before the last move of a slider."""
        self._edit(amounts=self.history.undo(self.edits.amounts))

    def redo_move(self) -> None:
        """Go forward again after `undo_move`."""
        self._edit(amounts=self.history.redo(self.edits.amounts))

    def set_text(self, text: TextEdit | None) -> None:
        """Set the edit in words, or drop it."""
        self._edit(text=text)

    def choose_style(self, name: str) -> StyleChoice:
        """Choose a style, and keep the amount of the one chosen before."""
        style = replace(self.edits.style, name=name) if self.edits.style else StyleChoice(name)
        self._edit(style=style)
        return style

    def set_style_amount(self, amount: float) -> None:
        """Set the amount of the chosen style: from 0, more of the photo, to 1, more of the style."""
        self._edit(style=replace(self._style(), amount=min(max(float(amount), 0.0), 1.0)))

    def set_person_alone(self, alone: bool) -> None:
        """Set whether the photo keeps its background around the chosen style."""
        self._edit(style=replace(self._style(), person_alone=bool(alone)))

    def _style(self) -> StyleChoice:
        """Return the chosen style."""
        self.step()
        if not self.edits.style:
            raise StudioError("Choose a style first.")
        return self.edits.style

    def set_strokes(self, strokes: tuple[Stroke, ...]) -> None:
        """Set what the visitor painted over the part of the photo that is edited."""
        self.step()
        self.strokes = strokes

    @property
    def painted(self) -> Painted | None:
        """The strokes as a mask."""
        return paint(self.strokes, self.step().inversion.quad.aspect)

    def shown(self, edits: Edits, view: View) -> Shown:
        """Return what a picture of the chosen step with edits shows, in a view."""
        return Shown(self.step(), edits, view, self.strokes, self.aligned)

    def keep_drawn(self, picture: DrawnPicture) -> None:
        """Keep the picture that was drawn last, which is often wanted again."""
        self.drawn = picture

    def change(self, edits: Edits, changed: bytes) -> AppliedChange:
        """Return the chosen step with edits as a change of the photo; `changed` shows them, as JPEG."""
        step = self.step()
        if self.photo is None or self.aligned is None or self.photo_size != step.inversion.photo_size:
            raise StudioError("The photo is missing: upload it, and invert it again.")
        return AppliedChange(step, edits, self.strokes, self.aligned, changed, self.view is View.GENERATED)

    def apply(self, *changes: AppliedChange) -> None:
        """Leave changes in the photo, and go on with another part of it."""
        self._reset_results()
        self.changes = (*self.changes, *changes)
        self.quad = self.aligned = self.example = None

    def start_changes(self) -> RunningTask:
        """Start to change several parts of the photo, which keeps all that is there until they are applied."""
        return self._start()

    def go_back_to(self, index: int) -> None:
        """Take a change out of the photo, and go on editing it."""
        if not 0 <= index < len(self.changes):
            raise StudioError("That change is no longer there.")
        change = self.changes[index]
        self._reset_results()
        self.changes = (*self.changes[:index], *self.changes[index + 1 :])
        self.quad, self.aligned = change.step.inversion.quad, change.aligned
        self.put_step(0, change.step)
        self.edits, self.strokes = change.edits, change.strokes

    def undo_change(self) -> None:
        """Take the last change out of the photo."""
        self.changes = self.changes[:-1]

    def keep_changed(self, photo: ChangedPhoto) -> None:
        """Keep the photo with its changes."""
        self.changed_photo = photo

    def choose_view(self, view: str) -> None:
        """Look at edits in the photo, or as the generator draws them."""
        self.view = View(view)

    def try_out(self, edits: Edits) -> None:
        """Replace the edits of the chosen step, but for the strength of its offsets."""
        self._move(edits.amounts)
        self._edit(text=edits.text, style=edits.style)

    def follow(self, recipe: Recipe) -> None:
        """Choose the step and the edits of a recipe."""
        if recipe.step is not None:
            self.chosen = min(recipe.step, len(self.steps) - 1)
        self.edits = recipe.changes

    # --- a comparison of methods ----------------------------------------------------------------------------------

    def start_comparison(self, photo: bytes) -> RunningTask:
        """Forget the last comparison, and start one; `photo` is the part to invert, as JPEG."""
        self.compared, self.compared_photo = (), photo
        return self._start()

    def put_compared(self, place: int, step: SavedStep) -> None:
        """Store the latest step of the method at index `place`, and drop those of later methods."""
        self.compared = (*self.compared[:place], step)

    def go_on_with(self, place: int) -> tuple[SavedStep, bytes]:
        """Make the last step of a compared method the only step; return it and the compared photo."""
        if not self.compared or self.compared_photo is None:
            raise StudioError("This comparison belongs to an earlier photo: press Compare again.")
        self.put_step(0, self.compared[place])
        self.edits = replace(self.edits, strength=1.0)
        self.aligned = self.compared_photo
        return self.step(), self.compared_photo

    # --- the session as a whole -----------------------------------------------------------------------------------

    def stop(self) -> None:
        """Let the running task end after its current step, which is kept."""
        if self.task:
            self.task.stopped = True

    def abandon(self) -> None:
        """Let the running task end without a result."""
        self.task = None

    def to_share(self) -> "Session":
        """Return a copy with only the chosen step and its edits."""
        own = replace(self, steps=(self.step(),), chosen=0, task=None)
        own.changed_photo, own.compared, own.compared_photo, own.history = None, (), None, AmountHistory()
        own.drawn = None
        return own

    def _start(self) -> RunningTask:
        self.task = RunningTask()
        return self.task

    def _move(self, amounts: Mapping[str, float], *, dragged: bool = False) -> None:
        """Set the amounts of directions, so that this can be undone."""
        self.history.record(self.edits.amounts, amounts, dragged=dragged)
        self._edit(amounts=amounts)

    def _edit(self, **changes: object) -> None:
        """Change fields of the edits; an error if there is no step."""
        self.step()
        self.edits = replace(self.edits, **changes)  # type: ignore[arg-type]  # named by the methods above

    def _reset(self) -> None:
        """Forget everything but the domain."""
        self._reset_results()
        self.photo = self.quad = self.example = self.aligned = None
        self.photo_size, self.faces, self.is_drawing = (0, 0), (), False
        self.changes, self.changed_photo = (), None

    def _reset_results(self) -> None:
        """Forget all results for the photo, and abandon the running task."""
        self.steps, self.chosen, self.edits, self.strokes = (), -1, Edits(), ()
        self.compared, self.compared_photo, self.drawn, self.task, self.untouched = (), None, None, None, False
        self.history = AmountHistory()


class Sessions:
    """All sessions, by Gradio's session hash."""

    def __init__(self, domain: str, grace: float = GRACE, clock: Callable[[], float] = time.monotonic) -> None:
        self._domain = domain
        self._grace = grace
        self._clock = clock
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self._ends: dict[str, float] = {}
        self._shared: OrderedDict[str, Session] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._sessions)

    def __contains__(self, name: object) -> bool:
        return name in self._sessions

    def of(self, name: str | None) -> Session:
        """Return the session of that name; a new one if there is none."""
        with self._lock:
            return self._open(name)

    def all(self) -> list[Session]:
        """Return all sessions, the most recently used one last."""
        with self._lock:
            return list(self._sessions.values())

    def left(self, name: str | None) -> None:
        """Abandon the task of a session whose page was closed, and forget the session after a while."""
        with self._lock:
            if name and name in self._sessions:
                self._sessions[name].abandon()
                self._ends[name] = self._clock() + self._grace
            self._sweep()

    def sweep(self) -> None:
        """Forget the sessions whose time is up."""
        with self._lock:
            self._sweep()

    def share(self, session: Session) -> str:
        """Keep a copy of the session until the program ends or many others are shared; return its secret token."""
        token = secrets.token_urlsafe(16)
        with self._lock:
            self._shared[token] = session.to_share()
            while len(self._shared) > MAX_SHARED:
                self._shared.popitem(last=False)
        return token

    def open_shared(self, name: str | None, token: str) -> Session:
        """Replace the session of that name by a copy of a shared one, and return it."""
        with self._lock:
            shared = self._shared.get(token)
            if shared is None:
                raise StudioError(
                    "This link no longer works: links to photos end when the demo restarts. Ask for a new one."
                )
            self._open(name).abandon()
            opened = self._sessions[str(name)] = replace(shared, history=AmountHistory())
            return opened

    def _open(self, name: str | None) -> Session:
        if not name:
            raise StudioError("This needs a session: open the page, or use the documented endpoints.")
        self._sweep()
        session = self._sessions.setdefault(name, Session(self._domain))
        self._sessions.move_to_end(name)
        self._ends[name] = self._clock() + HOUR
        return session

    def _sweep(self) -> None:
        now = self._clock()
        for name in [name for name, end in self._ends.items() if end <= now]:
            self._drop(name)

    def _drop(self, name: str) -> None:
        self._sessions.pop(name).abandon()
        del self._ends[name]
