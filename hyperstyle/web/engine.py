"""What the page works with: models that open in the background, one piece of work at a time on the device."""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache
from threading import Lock

import torch

from hyperstyle.device import choose_device
from hyperstyle.domains import DOMAINS, EMBEDDED, Domain
from hyperstyle.drawing import Canvas, along, compact
from hyperstyle.editing.directions import Direction, Edit
from hyperstyle.editing.sliders import directions_of
from hyperstyle.editing.styles import Shipped, Style, open_style, styles_of
from hyperstyle.editing.text import StyleDirection, StyleEdit, Wordsmith
from hyperstyle.editing.text_tools import lacking, open_wordsmith
from hyperstyle.errors import StudioError
from hyperstyle.inversion.methods import Method
from hyperstyle.inversion.record import Inversion
from hyperstyle.photo.preparing import Prepared
from hyperstyle.photo.reading import Pixels
from hyperstyle.photo.tensors import to_pixels
from hyperstyle.recipe import Words
from hyperstyle.web.components.domain_choice import Offer
from hyperstyle.web.turns import Turns
from hyperstyle.web.zero_gpu import on_lent_gpu
from hyperstyle.weights.catalogue import WEIGHTS
from hyperstyle.weights.fetching import status
from hyperstyle.workshop import Workshop

STYLES_OPEN = 6
"""Styles that are kept open, of all domains; the one that was not used for longest makes room."""

WORDSMITHS_OPEN = 2
DIRECTIONS_KEPT = 32
"""Directions of texts that are kept, since the text model takes longer than a picture."""
CANVASES_KEPT = 4
"""Inversions whose kernels are kept on the device: those that are being edited just now."""
IDLE = 600.0
"""Seconds after which nothing of the last edits is kept."""
LENT = 16
"""Calls at once where a GPU is lent for each of them."""
DRAWING_SECONDS = 5.0
"""For which a GPU is asked to draw one picture, its start included."""
STARTING_SECONDS, STEP_SECONDS = 10.0, 0.5
"""The same to begin an inversion, and for each of its steps with its figures."""


@dataclass(frozen=True, eq=False)
class Taken:
    """A step of an inversion, kept as small as it goes."""

    inversion: Inversion
    """On the CPU, offsets in 16 bits."""
    pixels: Pixels


def styles_here(domain: Domain) -> Mapping[str, str]:
    """The titles of the styles of a domain that can be drawn without fetching anything, by name."""
    return {
        name: style.title
        for name, style in styles_of(domain.name).items()
        if isinstance(style, Shipped) or status(style.weight).path
    }


@dataclass(frozen=True)
class Look:
    """The world that an inversion is drawn in."""

    style: str
    amount: float
    """From 0, more of the photo, to 1, more of the style."""


def zero_gpu() -> bool:
    """Whether this is a Space that lends a GPU for each call."""
    return os.environ.get("SPACES_ZERO_GPU", "").lower() in ("1", "t", "true")


def missing_weights(domain: Domain) -> list[str]:
    """Names of the weights that a domain needs, that are not here and that do not come by themselves."""
    needed = [WEIGHTS[name] for name in domain.needs]
    return [weight.name for weight in needed if not weight.comes_by_itself and status(weight).path is None]


def inversion_seconds(_name: str, _prepared: Prepared, _start: Method | Inversion, steps: int) -> float:
    """For how long a GPU is asked for an inversion, or for polish, of so many steps."""
    return STARTING_SECONDS + STEP_SECONDS * steps


class Engine:
    """The domains of this page and their models; it keeps nothing of any visitor."""

    def __init__(
        self,
        domains: Sequence[Domain] = (),
        device: str | None = None,
        open_workshop: Callable[[Domain, torch.device], Workshop] = Workshop.open,
        directions: Callable[[Domain], Mapping[str, Direction]] = directions_of,
        styles: Callable[[Domain], Mapping[str, str]] = styles_here,
        open_style: Callable[[str, str], Style] = open_style,
    ) -> None:
        """`domains` are those that can be chosen, and the first is what the page begins with.

        If none are given, all can be chosen, and the page begins with the first full one whose weights are here where
        there is a GPU, and with the embedded one otherwise.
        """
        self.device = choose_device(device)
        self.domains = {domain.name: domain for domain in domains or DOMAINS.values()}
        self.first = next(iter(self.domains)) if domains else self._best()
        self.directions = {name: directions(domain) for name, domain in self.domains.items()}
        self.styles = {name: styles(domain) for name, domain in self.domains.items()}
        self._open_style = lru_cache(STYLES_OPEN)(open_style)
        self._wordsmith = lru_cache(WORDSMITHS_OPEN)(self._open_wordsmith)
        self._direction = lru_cache(DIRECTIONS_KEPT)(self._find_direction)
        self._canvas = lru_cache(CANVASES_KEPT)(self._open_canvas)
        self._drawn = time.monotonic()
        self._open_workshop = open_workshop
        self._loader = ThreadPoolExecutor(1, "loader")
        self._opened: dict[str, Future[Workshop]] = {}
        self._opening = Lock()
        self.turns = Turns(LENT if zero_gpu() else 1)
        self._steps_on_device = on_lent_gpu(self._steps, inversion_seconds)
        self._polish_on_device = on_lent_gpu(self._polish, inversion_seconds)
        self._draw_on_device = on_lent_gpu(self._draw, lambda *_: DRAWING_SECONDS)
        self._along_on_device = on_lent_gpu(self._along, lambda *_: 2 * DRAWING_SECONDS)

    def start(self) -> None:
        """Begin to open models: on a GPU those of all domains whose weights are here, else the first one's.

        Where GPUs are lent, they have to be open before the page is, since calls run in forks of this process.
        """
        names = [self.first]
        if self.device.type != "cpu":
            names = [name for name, domain in self.domains.items() if name == self.first or self._at_hand(domain)]
        for opening in [self._open(name) for name in names]:
            if zero_gpu():
                opening.result()

    def sweep(self) -> None:
        """Forget what is kept of the last edits when nobody has edited for a while."""
        if time.monotonic() - self._drawn > IDLE:
            self._canvas.cache_clear()
            self._direction.cache_clear()

    def offers(self) -> list[Offer]:
        """All domains, with the reason where one cannot be used here."""
        return [self._offer(domain) for domain in self.domains.values()]

    def ready(self, name: str) -> bool:
        """Whether a domain's model is open already."""
        return name in self._opened and self._opened[name].done()

    def workshop(self, name: str) -> Workshop:
        """The workshop of a domain, waited for."""
        if name not in self.domains:
            raise StudioError(f"There is no domain {name!r} here: choose one of {', '.join(self.domains)}.")
        reason = self._offer(self.domains[name])
        if reason.reason:
            raise StudioError(f"{reason.title} cannot be used here: {reason.reason}.")
        return self._open(name).result()

    def invert(self, name: str, prepared: Prepared, method: Method, steps: int) -> Iterator[Taken]:
        """The steps of an inversion, which lets edits in between."""
        self.workshop(name).model_for(method)  # opened here, since a process with a lent device forgets what it opens
        return self.turns.between(self._steps_on_device(name, prepared, method, steps))

    def polish(self, name: str, prepared: Prepared, inversion: Inversion, steps: int) -> Iterator[Taken]:
        """Steps of polish beyond an inversion."""
        self.workshop(name)
        return self.turns.between(self._polish_on_device(name, prepared, inversion, steps))

    def draw(
        self,
        inversion: Inversion,
        edits: Sequence[Edit] = (),
        look: Look | None = None,
        words: Words | None = None,
    ) -> Pixels:
        """The picture of an inversion with edits, ahead of any inversion that is under way."""
        self.workshop(inversion.domain)
        if look and look.style not in self.styles[inversion.domain]:
            known = ", ".join(self.styles[inversion.domain]) or "none yet"
            raise StudioError(f"There is no style {look.style!r} here for this kind of picture: there are {known}.")
        self._drawn = time.monotonic()
        with self.turns.quick():
            (pixels,) = self._draw_on_device(inversion, edits, look, words)
        return pixels

    def along(
        self, inversion: Inversion, edits: Sequence[Edit], direction: Direction, amounts: Sequence[float]
    ) -> Iterator[Pixels]:
        """The pictures along a direction, which lets edits in between."""
        self.workshop(inversion.domain)
        return self.turns.between(self._along_on_device(inversion, edits, direction, amounts))

    def edits(self, domain: str, amounts: Mapping[str, float]) -> list[Edit]:
        """Amounts by the names of directions as edits of a domain."""
        directions = self.directions[domain]
        for name in amounts:
            if name not in directions:
                known = ", ".join(directions) or "none yet"
                raise StudioError(
                    f"There is no direction {name!r} for {self.domains[domain].title}: there are {known}."
                )
        return [Edit(directions[name], amount) for name, amount in amounts.items() if amount]

    def _steps(self, name: str, prepared: Prepared, method: Method, steps: int) -> Iterator[Taken]:
        workshop, records = self._opened[name].result(), []
        for step, record in workshop.invert(prepared, method, steps):
            records.append(record)
            inversion = compact(workshop.inversion(prepared, method, step, records))
            yield Taken(inversion, to_pixels(step.picture[0]))

    def _polish(self, name: str, prepared: Prepared, inversion: Inversion, steps: int) -> Iterator[Taken]:
        workshop = self._opened[name].result()
        for step, record in workshop.polish(prepared, inversion, steps):
            known = (*inversion.steps, record)
            polished = replace(inversion, codes=step.codes, offsets=step.offsets, steps=known)
            yield Taken(compact(polished), to_pixels(step.picture[0]))

    def lacks_words(self, name: str) -> str | None:
        """Why a domain takes no edits in words here, as half a sentence; None where it does."""
        return lacking(self.domains[name])

    def _draw(
        self, inversion: Inversion, edits: Sequence[Edit], look: Look | None, words: Words | None
    ) -> Iterator[Pixels]:
        restyling = []
        if words:
            direction = self._direction(inversion.domain, words.before, words.after, words.threshold)
            restyling = [StyleEdit(direction, words.strength)]
        yield self._canvas(inversion, look).draw(edits, restyling)

    def _open_canvas(self, inversion: Inversion, look: Look | None) -> Canvas:
        model = self._opened[inversion.domain].result().model
        if look:
            model, inversion = self._open_style(inversion.domain, look.style).of(model, inversion, look.amount)
        return Canvas.of(model, inversion)

    def _find_direction(self, domain: str, before: str, after: str, threshold: float | None) -> StyleDirection:
        return self._wordsmith(domain).direction(before, after, threshold)

    def _along(
        self, inversion: Inversion, edits: Sequence[Edit], direction: Direction, amounts: Sequence[float]
    ) -> Iterator[Pixels]:
        yield from along(self._canvas(inversion, None), edits, direction, amounts)

    def _open_wordsmith(self, name: str) -> Wordsmith:
        return open_wordsmith(self.domains[name], self._opened[name].result().model)

    def _open(self, name: str) -> "Future[Workshop]":
        """The opening of a domain's workshop, begun where it was not; one that failed is tried again."""
        with self._opening:
            present = self._opened.get(name)
            if present is None or (present.done() and present.exception()):
                self._opened[name] = self._loader.submit(self._load, self.domains[name])
            return self._opened[name]

    def _load(self, domain: Domain) -> Workshop:
        return self._open_workshop(domain, self.device)

    def _best(self) -> str:
        """Name of the domain to begin with where nobody has chosen one."""
        full = [name for name, domain in self.domains.items() if domain.published and self._at_hand(domain)]
        return full[0] if full and self.device.type != "cpu" else EMBEDDED.name

    def _at_hand(self, domain: Domain) -> bool:
        """Whether all that a domain needs is here, or comes by itself."""
        return not domain.unmade() and not missing_weights(domain)

    def _offer(self, domain: Domain) -> Offer:
        """A domain as it can be had here."""
        if domain.name in self._opened and not self._opened[domain.name].cancelled():
            return Offer(domain.name, domain.title)
        if domain.unmade():
            return Offer(domain.name, domain.title, "its networks are not trained yet")
        missing = missing_weights(domain)
        if not missing:
            return Offer(domain.name, domain.title)
        files = "1 file of weights is" if len(missing) == 1 else f"{len(missing)} files of weights are"
        return Offer(domain.name, domain.title, f"{files} not here", f"python -m hyperstyle weights get {domain.name}")
