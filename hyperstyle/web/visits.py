"""What visitors have on the table: each their own, in memory alone, bounded in number and time."""

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import Lock

from hyperstyle.drawing import scaled
from hyperstyle.editing.styles import USUAL
from hyperstyle.errors import StudioError
from hyperstyle.inversion.record import Inversion
from hyperstyle.photo.faces import Face
from hyperstyle.photo.preparing import Prepared
from hyperstyle.photo.quads import Quad
from hyperstyle.photo.reading import read_photo
from hyperstyle.recipe import Recipe, Words

HOUR = 3600.0
GRACE = 600.0
"""Seconds that a visit is kept when its page was closed: a phone closes it when it goes to sleep."""
MOST = 24
"""Visits at once; the one that was left alone for longest makes room for the next."""
SHARED = 50
"""Shared inversions at once."""


@dataclass(frozen=True, eq=False)
class Shot:
    """A step that a visitor can go on with."""

    inversion: Inversion
    """Its offsets in 16 bits."""
    picture: bytes
    """JPEG."""
    polished: bool = False


@dataclass
class Run:
    """An inversion under way."""

    stopped: bool = False
    """Whether the visitor wants no further steps."""


@dataclass
class Visit:
    """One visitor's photo and what was made of it."""

    domain: str
    photo: bytes | None = None
    """The file as it came: a tenth of its pixels."""
    size: tuple[int, int] = (0, 0)
    faces: tuple[Face, ...] = ()
    drawn: bool = False
    """Whether no face was seen in it as it is, as in drawings and paintings, though its domain is about faces."""
    quad: Quad | None = None
    aligned: bytes | None = None
    """The crop as JPEG."""
    example: str | None = None
    shots: list[Shot] = field(default_factory=list)
    chosen: int = -1
    strength: float = 1.0
    amounts: dict[str, float] = field(default_factory=dict)
    """Of directions, by name."""
    style: str | None = None
    """Name of the world that was chosen."""
    style_amount: float = USUAL
    words: Words | None = None
    """What was to be changed in words."""
    compared: list[Shot] = field(default_factory=list)
    """What each of the compared methods came to."""
    compared_photo: bytes | None = None
    """The crop that they were compared on, as JPEG."""
    run: Run | None = None
    """The inversion under way; it ends without a word when this is no longer its own."""
    _scaled: tuple[Inversion, float, Inversion] | None = field(default=None, init=False)
    """The chosen step, the strength and what came of both: the same value for as long as both are the same."""

    def prepared(self) -> Prepared:
        """The photo, decoded again, and its crop."""
        if self.photo is None or self.quad is None:
            raise StudioError(
                "There is no photo here: upload one, or click an example. Photos are forgotten an hour after their last"
                " use, and when the demo restarts."
            )
        return Prepared(read_photo(self.photo), self.faces, self.quad)

    def shot(self) -> Shot:
        """The step that was chosen."""
        if not self.shots:
            raise StudioError(
                "There is nothing to work on: invert a photo, or click an example. What was made is forgotten an hour"
                " after its last use, and when the demo restarts."
            )
        return self.shots[self.chosen]

    def inversion(self) -> Inversion:
        """The chosen step at the chosen strength."""
        found = self.shot().inversion
        if self._scaled is None or self._scaled[:2] != (found, self.strength):
            self._scaled = found, self.strength, scaled(found, self.strength)
        return self._scaled[2]

    def recipe(self) -> Recipe:
        """What was chosen."""
        shot = self.shot().inversion
        return Recipe(
            shot.domain,
            shot.method,
            shot.steps[-1].index,
            self.strength,
            dict(self.amounts),
            self.example,
            self.style,
            self.style_amount,
            self.words,
        )

    def restart(self) -> None:
        """Forget what was made, keep the photo."""
        self.shots, self.chosen, self.strength, self.amounts, self.run = [], -1, 1.0, {}, None
        self._scaled = None
        self.style, self.style_amount, self.words = None, USUAL, None
        self.compared, self.compared_photo = [], None


class Visits:
    """All visits, by session."""

    def __init__(self, domain: str, grace: float = GRACE, clock: Callable[[], float] = time.monotonic) -> None:
        self._domain = domain
        self._grace = grace
        self._clock = clock
        self._visits: OrderedDict[str, Visit] = OrderedDict()
        self._ends: dict[str, float] = {}
        self._shared: OrderedDict[str, Visit] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._visits)

    def of(self, session: str | None) -> Visit:
        """The visit of a session, a new one where there is none."""
        if not session:
            raise StudioError("This needs a session: open the page, or use the documented endpoints.")
        with self._lock:
            self._sweep()
            visit = self._visits.setdefault(session, Visit(self._domain))
            self._visits.move_to_end(session)
            self._ends[session] = self._clock() + HOUR
            while len(self._visits) > MOST:
                self._drop(next(iter(self._visits)))
            return visit

    def all(self) -> list[Visit]:
        """All visits, those that were used last at the end."""
        with self._lock:
            return list(self._visits.values())

    def left(self, session: str | None) -> None:
        """The page of a session was closed: what it was waiting for ends, and soon it is forgotten."""
        with self._lock:
            if session and session in self._visits:
                self._visits[session].run = None
                self._ends[session] = self._clock() + self._grace
            self._sweep()

    def sweep(self) -> None:
        """Forget what has had its time."""
        with self._lock:
            self._sweep()

    def share(self, visit: Visit) -> str:
        """A secret name under which a copy of the visit is found until the program ends, or many others are shared."""
        token = secrets.token_urlsafe(16)
        with self._lock:
            kept = replace(visit, shots=[visit.shot()], chosen=0, amounts=dict(visit.amounts), compared=[], run=None)
            self._shared[token] = kept
            while len(self._shared) > SHARED:
                self._shared.popitem(last=False)
        return token

    def open_shared(self, session: str | None, token: str) -> Visit:
        """The shared visit as this session's own."""
        shared = self._shared.get(token)
        if shared is None:
            raise StudioError("This link has ended, as links to photos do when the demo restarts: ask for a new one.")
        visit = self.of(session)
        for name, value in vars(replace(shared, shots=list(shared.shots), amounts=dict(shared.amounts))).items():
            setattr(visit, name, value)
        return visit

    def _sweep(self) -> None:
        now = self._clock()
        for session in [session for session, end in self._ends.items() if end <= now]:
            self._drop(session)

    def _drop(self, session: str) -> None:
        self._visits.pop(session).run = None
        del self._ends[session]
