"""What the page works with: models that open in the background, one piece of work at a time on the device."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache
from threading import Lock
from typing import TypeVar

from torch import nn

from hyperstyle.domains import DOMAINS, EMBEDDED, Domain
from hyperstyle.drawing import along, compact, draw
from hyperstyle.editing.directions import Direction, Edit
from hyperstyle.editing.sliders import directions_of
from hyperstyle.editing.styles import Shipped, Style, open_style, styles_of
from hyperstyle.editing.text import StyleEdit, Wordsmith
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
from hyperstyle.weights.catalogue import WEIGHTS
from hyperstyle.weights.fetching import status
from hyperstyle.workshop import Workshop

STYLES_OPEN = 6
"""Styles that are kept open, of all domains; the one that was not used for longest makes room."""

WORDSMITHS_OPEN = 2
F = TypeVar("F", bound=Callable[..., object])


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


def on_device(function: F) -> F:
    """A function that needs the device: where a Space lends one for each call, it asks for it.

    What goes in and comes out is on the CPU, so that it may run in another process.
    """
    try:
        import spaces  # type: ignore[import-not-found, import-untyped, unused-ignore]  # there on such a Space alone
    except ImportError:
        return function
    lent: F = spaces.GPU(function)
    return lent


class Engine:
    """The domains of this page and their models; it keeps nothing of any visitor."""

    def __init__(
        self,
        domains: Sequence[Domain] = (),
        device: str | None = None,
        open_workshop: Callable[[Domain], Workshop] = Workshop.open,
        directions: Callable[[Domain], Mapping[str, Direction]] = directions_of,
        styles: Callable[[Domain], Mapping[str, str]] = styles_here,
        open_style: Callable[[str, str], Style] = open_style,
    ) -> None:
        """`domains` are those that can be chosen, all if none are given; the first is what the page begins with."""
        self.domains = {domain.name: domain for domain in domains or DOMAINS.values()}
        self.first = next(iter(self.domains))
        self.directions = {name: directions(domain) for name, domain in self.domains.items()}
        self.styles = {name: styles(domain) for name, domain in self.domains.items()}
        self._open_style = lru_cache(STYLES_OPEN)(open_style)
        self._wordsmith = lru_cache(WORDSMITHS_OPEN)(self._open_wordsmith)
        self._device = device
        self._open_workshop = open_workshop
        self._loader = ThreadPoolExecutor(1, "loader")
        self._opened: dict[str, Future[Workshop]] = {}
        self._opening = Lock()
        self.turns = Turns()
        self._steps_on_device = on_device(self._steps)
        self._polish_on_device = on_device(self._polish)
        self._draw_on_device = on_device(self._draw)
        self._along_on_device = on_device(self._along)

    def start(self) -> None:
        """Begin to open the first domain's model; where devices are lent, it has to be there before the page is."""
        opening = self._open(self.first)
        if os.environ.get("SPACES_ZERO_GPU"):
            opening.result()

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
        with self.turns.quick():
            return self._draw_on_device(inversion, edits, look, words)

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
        workshop, records = self.workshop(name), []
        for step, record in workshop.invert(prepared, method, steps):
            records.append(record)
            inversion = compact(workshop.inversion(prepared, method, step, records))
            yield Taken(inversion, to_pixels(step.picture[0]))

    def _polish(self, name: str, prepared: Prepared, inversion: Inversion, steps: int) -> Iterator[Taken]:
        workshop = self.workshop(name)
        for step, record in workshop.polish(prepared, inversion, steps):
            known = (*inversion.steps, record)
            polished = replace(inversion, codes=step.codes, offsets=step.offsets, steps=known)
            yield Taken(compact(polished), to_pixels(step.picture[0]))

    def lacks_words(self, name: str) -> str | None:
        """Why a domain takes no edits in words here, as half a sentence; None where it does."""
        return lacking(self.domains[name])

    def _draw(self, inversion: Inversion, edits: Sequence[Edit], look: Look | None, words: Words | None) -> Pixels:
        model = self.workshop(inversion.domain).model
        restyling = []
        if words:
            direction = self._wordsmith(inversion.domain).direction(words.before, words.after, words.threshold)
            restyling = [StyleEdit(direction, words.strength)]
        if look:
            model, inversion = self._open_style(inversion.domain, look.style).of(model, inversion, look.amount)
        return draw(model, inversion, edits, restyling)

    def _along(
        self, inversion: Inversion, edits: Sequence[Edit], direction: Direction, amounts: Sequence[float]
    ) -> Iterator[Pixels]:
        yield from along(self.workshop(inversion.domain).model, inversion, edits, direction, amounts)

    def _open_wordsmith(self, name: str) -> Wordsmith:
        return open_wordsmith(self.domains[name], self.workshop(name).model)

    def _open(self, name: str) -> "Future[Workshop]":
        """The opening of a domain's workshop, begun where it was not; one that failed is tried again."""
        with self._opening:
            present = self._opened.get(name)
            if present is None or (present.done() and present.exception()):
                self._opened[name] = self._loader.submit(self._load, self.domains[name])
            return self._opened[name]

    def _load(self, domain: Domain) -> Workshop:
        workshop = self._open_workshop(domain)
        if self._device and isinstance(workshop.model, nn.Module):
            workshop.model.to(self._device)
        return workshop

    def _offer(self, domain: Domain) -> Offer:
        """A domain as it can be had here; the embedded one's packages are fetched by themselves."""
        if domain.name in self._opened and not self._opened[domain.name].cancelled():
            return Offer(domain.name, domain.title)
        if domain.unmade():
            return Offer(domain.name, domain.title, "its networks are not trained yet")
        missing = [name for name in domain.needs if status(WEIGHTS[name]).path is None]
        if domain is EMBEDDED or not missing:
            return Offer(domain.name, domain.title)
        files = "1 file of weights is" if len(missing) == 1 else f"{len(missing)} files of weights are"
        return Offer(domain.name, domain.title, f"{files} not here", f"python -m hyperstyle weights get {domain.name}")
