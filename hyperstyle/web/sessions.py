"""Visitors' sessions: a photo and what has been made of it, in memory alone, bounded in number and time."""

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from threading import Lock

from hyperstyle.editing.directions import SLIDER
from hyperstyle.editing.edits import MAX_STRENGTH, Edits, StyleChoice, TextEdit
from hyperstyle.errors import StudioError
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.photo.crop import Crop
from hyperstyle.photo.faces import Face
from hyperstyle.photo.quads import Quad, face_quad
from hyperstyle.photo.reading import Photo, read_photo
from hyperstyle.recipe import Recipe

HOUR = 3600.0
GRACE = 600.0
"""Seconds that a session is kept after its page was closed: a phone closes pages when it goes to sleep."""
MAX_SESSIONS = 24
"""Sessions at once; the one that has not been used for longest makes room for the next."""
MAX_SHARED = 50
"""Shared sessions at once."""


@dataclass(frozen=True, eq=False)
class SavedStep:
    """A step of an inversion that a visitor can go on with."""

    inversion: Inversion
    """Its offsets in 16 bits."""
    picture: bytes
    """JPEG."""
    polished: bool = False


@dataclass(frozen=True, eq=False)
class InvertedExample:
    """An example's photo with its inversion."""

    faces: tuple[Face, ...]
    quad: Quad
    aligned: bytes
    """The part of the photo that was inverted, as JPEG."""
    steps: tuple[SavedStep, ...]


@dataclass
class RunningTask:
    """An inversion or a comparison under way."""

    stopped: bool = False
    """Whether the visitor wants no further steps."""


@dataclass
class Session:
    """One visitor's photo, the steps of its inversion, and the edits of the chosen step.

    Everybody may read the fields; only the methods change them.
    """

    domain: str
    """Name of the domain."""
    photo: bytes | None = None
    """The file as it was uploaded: a tenth of its pixels."""
    photo_size: tuple[int, int] = (0, 0)
    """Width and height."""
    faces: tuple[Face, ...] = ()
    """Those in the photo, the largest first."""
    is_drawing: bool = False
    """Whether the domain is about faces and the photo shows none as photos do, as drawings and paintings."""
    quad: Quad | None = None
    """The part of the photo to invert; None until it is chosen."""
    aligned: bytes | None = None
    """That part as JPEG or WebP, once it has been inverted."""
    example: str | None = None
    """Name of the example that the photo is."""
    steps: tuple[SavedStep, ...] = ()
    chosen: int = -1
    """Index of the step to go on with."""
    edits: Edits = Edits()  # noqa: RUF009 - a frozen value
    """Of the chosen step; every tab shows the kinds of edits that are its own."""
    compared: tuple[SavedStep, ...] = ()
    """The last step of every compared method."""
    compared_photo: bytes | None = None
    """The part of the photo that they were compared on, as JPEG."""
    task: RunningTask | None = None
    """What is under way; a task that finds another one here, or none, ends silently."""

    # --- the photo ------------------------------------------------------------------------------------------------

    def choose_domain(self, name: str) -> None:
        """Begin in another domain, without a photo."""
        self.clear_photo()
        self.domain = name

    def take_photo(
        self, data: bytes, size: tuple[int, int], faces: tuple[Face, ...], quad: Quad | None, *, is_drawing: bool
    ) -> None:
        """Begin with an uploaded photo of `size` (width, height); `quad` is the part to invert, if that is known."""
        self._reset()
        self.photo, self.photo_size, self.faces, self.quad, self.is_drawing = data, size, faces, quad, is_drawing

    def take_example(self, domain: str, name: str, data: bytes, size: tuple[int, int]) -> None:
        """Begin with an example's photo, whose inversion follows."""
        self._reset()
        self.domain, self.example, self.photo, self.photo_size = domain, name, data, size

    def add_inversion(self, example: InvertedExample) -> None:
        """Add the inversion of the example, and go on with its last step."""
        self.faces, self.quad, self.aligned = example.faces, example.quad, example.aligned
        self.steps, self.chosen = example.steps, len(example.steps) - 1

    def clear_photo(self) -> None:
        """Forget the photo and all that was made of it."""
        self._reset()

    def choose_face(self, index: int) -> None:
        """Invert one of the faces."""
        if not 0 <= index < len(self.faces):
            raise StudioError("That face is no longer there: upload the photo again.")
        self.quad = face_quad(self.faces[index].landmarks)

    def choose_part(self, quad: Quad) -> None:
        """Invert any part of the photo."""
        self.quad = quad

    def crop(self) -> Crop:
        """The photo, decoded again, and its part to invert."""
        if self.photo is None or self.quad is None:
            raise StudioError(
                "There is no photo here: upload one, or click an example. Photos are forgotten an hour after their last"
                " use, and when the demo restarts."
            )
        return Crop(read_photo(self.photo), self.faces, self.quad, self.is_drawing)

    def photo_of(self, inversion: Inversion) -> Photo | None:
        """The photo, decoded again, if it has the size of the one that was inverted; otherwise None."""
        if self.photo is None or self.photo_size != inversion.photo_size:
            return None
        return read_photo(self.photo)

    # --- its inversion --------------------------------------------------------------------------------------------

    def start_inversion(self, aligned: bytes) -> RunningTask:
        """Forget what was made of the photo so far; `aligned` is the part that is inverted now, as JPEG."""
        self._reset_results()
        self.example, self.aligned = None, aligned
        return self._start()

    def start_polish(self) -> RunningTask:
        """Drop the steps after the chosen one; the strength of its offsets becomes 1 again."""
        self.step()
        self.steps = self.steps[: self.chosen + 1]
        self.edits = replace(self.edits, strength=1.0)
        return self._start()

    def put_step(self, place: int, step: SavedStep) -> None:
        """Make a step the last one, at a place from 0, and go on with it."""
        self.steps = (*self.steps[:place], step)
        self.chosen = place

    def open_inversion(self, step: SavedStep, aligned: bytes | None) -> None:
        """Begin with a saved inversion; `aligned` is its part of the photo, or None if the photo is not its own."""
        photo, size, faces, is_drawing = self.photo, self.photo_size, self.faces, self.is_drawing
        self._reset()
        if aligned:
            self.photo, self.photo_size, self.faces, self.is_drawing = photo, size, faces, is_drawing
        self.domain, self.quad, self.aligned = step.inversion.domain, step.inversion.quad, aligned
        self.put_step(0, step)

    def step(self) -> SavedStep:
        """The chosen step."""
        if not self.steps:
            raise StudioError(
                "There is nothing to work on: invert a photo, or click an example. Inversions are forgotten an hour "
                "after their last use, and when the demo restarts."
            )
        return self.steps[self.chosen]

    def choose_step(self, index: int) -> None:
        """Go on with one of the steps; an index that none has changes nothing."""
        if 0 <= index < len(self.steps):
            self.chosen = index

    # --- its edits ------------------------------------------------------------------------------------------------

    def set_strength(self, strength: float) -> None:
        """Scale the offsets of the chosen step."""
        self._edit(strength=min(max(float(strength), 0.0), MAX_STRENGTH))

    def set_amounts(self, amounts: Mapping[str, float]) -> None:
        """Move along directions, by their names."""
        limited = {name: min(max(float(amount), -SLIDER), SLIDER) for name, amount in amounts.items()}
        self._edit(amounts={name: amount for name, amount in limited.items() if amount})

    def reset_amounts(self) -> None:
        """Move along no direction."""
        self.edits = replace(self.edits, amounts={})

    def set_text(self, text: TextEdit | None) -> None:
        """Change the picture in words, or not."""
        self._edit(text=text)

    def choose_style(self, name: str) -> StyleChoice:
        """Draw in a style, with the amount of the style before."""
        style = replace(self.edits.style, name=name) if self.edits.style else StyleChoice(name)
        self._edit(style=style)
        return style

    def set_style_amount(self, amount: float) -> None:
        """From 0, more of the photo, to 1, more of the style."""
        self.step()
        if not self.edits.style:
            raise StudioError("Choose a style first.")
        self._edit(style=replace(self.edits.style, amount=min(max(float(amount), 0.0), 1.0)))

    def apply(self, recipe: Recipe) -> None:
        """Choose the step and the edits of a recipe."""
        if recipe.step is not None:
            self.chosen = min(recipe.step, len(self.steps) - 1)
        self.edits = recipe.changes

    # --- a comparison of methods ----------------------------------------------------------------------------------

    def start_comparison(self, photo: bytes) -> RunningTask:
        """Forget the comparison before; `photo` is the part that is inverted, as JPEG."""
        self.compared, self.compared_photo = (), photo
        return self._start()

    def put_compared(self, place: int, step: SavedStep) -> None:
        """Keep the latest step of the method at a place."""
        self.compared = (*self.compared[:place], step)

    def go_on_with(self, place: int) -> tuple[SavedStep, bytes]:
        """Make the last step of a compared method the only step; returns it, and the photo it was compared with."""
        if not self.compared or self.compared_photo is None:
            raise StudioError("This comparison is of what was here before: press Compare once more.")
        self.put_step(0, self.compared[place])
        self.edits = replace(self.edits, strength=1.0)
        self.aligned = self.compared_photo
        return self.step(), self.compared_photo

    # --- the session as a whole -----------------------------------------------------------------------------------

    def stop(self) -> None:
        """End what is under way after its present step, which is kept."""
        if self.task:
            self.task.stopped = True

    def abandon(self) -> None:
        """End what is under way silently."""
        self.task = None

    def to_share(self) -> "Session":
        """A session of its own with the chosen step and its edits."""
        return replace(self, steps=(self.step(),), chosen=0, compared=(), compared_photo=None, task=None)

    def _start(self) -> RunningTask:
        self.task = RunningTask()
        return self.task

    def _edit(self, **changes: object) -> None:
        """Change fields of the edits of the chosen step, which has to be there."""
        self.step()
        self.edits = replace(self.edits, **changes)  # type: ignore[arg-type]  # named by the methods above

    def _reset(self) -> None:
        """Forget all but the domain."""
        self._reset_results()
        self.photo = self.quad = self.example = self.aligned = None
        self.photo_size, self.faces, self.is_drawing = (0, 0), (), False

    def _reset_results(self) -> None:
        """Forget what was made of the photo, and end what is under way."""
        self.steps, self.chosen, self.edits = (), -1, Edits()
        self.compared, self.compared_photo, self.task = (), None, None


class Sessions:
    """All sessions, by Gradio's name for them."""

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

    def of(self, name: str | None) -> Session:
        """The session of that name, a new one where there is none."""
        with self._lock:
            return self._open(name)

    def all(self) -> list[Session]:
        """All sessions, the one that was used last at the end."""
        with self._lock:
            return list(self._sessions.values())

    def left(self, name: str | None) -> None:
        """The page of a session was closed: end what it was waiting for, and forget it soon."""
        with self._lock:
            if name and name in self._sessions:
                self._sessions[name].abandon()
                self._ends[name] = self._clock() + self._grace
            self._sweep()

    def sweep(self) -> None:
        """Forget the sessions whose time is over."""
        with self._lock:
            self._sweep()

    def share(self, session: Session) -> str:
        """A secret name for a copy of the session, which is kept until the program ends or many others are shared."""
        token = secrets.token_urlsafe(16)
        with self._lock:
            self._shared[token] = session.to_share()
            while len(self._shared) > MAX_SHARED:
                self._shared.popitem(last=False)
        return token

    def open_shared(self, name: str | None, token: str) -> Session:
        """Put a copy of a shared session in the place of the session of that name."""
        with self._lock:
            shared = self._shared.get(token)
            if shared is None:
                raise StudioError("This link has ended, as links to photos do when the demo restarts: ask for another.")
            self._open(name).abandon()
            opened = self._sessions[str(name)] = replace(shared)
            return opened

    def _open(self, name: str | None) -> Session:
        if not name:
            raise StudioError("This needs a session: open the page, or use the documented endpoints.")
        self._sweep()
        session = self._sessions.setdefault(name, Session(self._domain))
        self._sessions.move_to_end(name)
        self._ends[name] = self._clock() + HOUR
        while len(self._sessions) > MAX_SESSIONS:
            self._drop(next(iter(self._sessions)))
        return session

    def _sweep(self) -> None:
        now = self._clock()
        for name in [name for name, end in self._ends.items() if end <= now]:
            self._drop(name)

    def _drop(self, name: str) -> None:
        self._sessions.pop(name).abandon()
        del self._ends[name]
