"""The models of the page: they load in the background, and the device runs one piece of work at a time."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock

import torch

from hyperstyle.device import choose_device
from hyperstyle.domain_table import DOMAINS, EMBEDDED, Domain
from hyperstyle.editing.directions import Direction
from hyperstyle.editing.domain_directions import directions_of
from hyperstyle.editing.edits import Edits
from hyperstyle.editing.photo_editor import PhotoEditor
from hyperstyle.editing.styles import styles_of
from hyperstyle.editing.text_loading import why_no_text
from hyperstyle.errors import StudioError
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.inversion.methods import Method
from hyperstyle.inverter import InversionStep, Inverter
from hyperstyle.photo.crop import Crop
from hyperstyle.photo.reading import Pixels
from hyperstyle.web.components.domain_choice import Offer
from hyperstyle.web.device_queue import DeviceQueue
from hyperstyle.web.zero_gpu import is_zero_gpu, on_lent_gpu
from hyperstyle.weights.catalogue import WEIGHTS
from hyperstyle.weights.fetching import status

IDLE = 600.0
"""Seconds without an edit after which nobody is expected to go on soon."""
LENT = 16
"""Pieces of work at once on ZeroGPU, which lends a GPU for each of them."""
DRAWING_SECONDS = 5.0
"""Seconds of GPU time requested to draw one picture, including the start of the fork."""
STARTING_SECONDS, STEP_SECONDS = 10.0, 0.5
"""Seconds of GPU time requested to begin an inversion, and for each of its steps with its metrics."""


class Engine:
    """The domains of one page with their models. Of visitors it keeps only kernels, which `forget` drops."""

    def __init__(
        self,
        domains: Sequence[Domain] = (),
        device: str | None = None,
        load_inverter: Callable[[Domain, torch.device], Inverter] = Inverter.load,
        directions: Callable[[Domain], Mapping[str, Direction]] = directions_of,
        styles: Callable[[Domain], Mapping[str, str]] | None = None,
    ) -> None:
        """`domains` are those to offer, the first of which is shown first.

        By default all are offered. On a GPU the first full-size domain whose weights are here is then shown first,
        on a CPU the embedded one.
        """
        self.device = choose_device(device)
        self.domains = {domain.name: domain for domain in domains or DOMAINS.values()}
        self.first = next(iter(self.domains)) if domains else self._best()
        self.directions = {name: directions(domain) for name, domain in self.domains.items()}
        self.styles = {name: (styles or styles_at_hand)(domain) for name, domain in self.domains.items()}
        self.queue = DeviceQueue(LENT if is_zero_gpu() else 1)
        self._load_inverter = load_inverter
        self._loader = ThreadPoolExecutor(1, "loader")
        self._loading: dict[str, Future[Inverter]] = {}
        self._starting = Lock()
        self._last_edit = time.monotonic()
        self._steps_on_device = on_lent_gpu(self._steps, inversion_seconds)
        self._polish_on_device = on_lent_gpu(self._polish, inversion_seconds)
        self.photo_editor = PhotoEditor(self.draw)
        self.preview_editor = PhotoEditor(self.preview)
        self.has_previews = not is_zero_gpu()
        """False where every picture, also the smallest, would ask for a GPU of its own."""
        self._draw_on_device = on_lent_gpu(self._draw, lambda *_: DRAWING_SECONDS)
        self._sweep_on_device = on_lent_gpu(self._sweep, lambda *_: 2 * DRAWING_SECONDS)

    def start(self) -> None:
        """Start to load models: on a GPU those of all domains whose weights are here, on a CPU only the first.

        On ZeroGPU, wait until they are loaded, because calls run in forks of this process.
        """
        names = [self.first]
        if self.device.type != "cpu":
            names = [name for name, domain in self.domains.items() if name == self.first or is_at_hand(domain)]
        for loading in [self._load(name) for name in names]:
            if is_zero_gpu():
                loading.result()

    @property
    def is_idle(self) -> bool:
        """Whether nobody has edited for `IDLE` seconds."""
        return time.monotonic() - self._last_edit > IDLE

    def forget(self) -> None:
        """Drop the kernels and pictures of the last edited inversions, which are computed again where wanted."""
        self.photo_editor.forget()
        self.preview_editor.forget()
        for loading in self._loading.values():
            if loading.done() and not loading.exception():
                loading.result().forget()

    def offers(self) -> list[Offer]:
        """Return all domains, each with the reason if it cannot be used here."""
        return [self._offer(domain) for domain in self.domains.values()]

    def ready(self, name: str) -> bool:
        """Return True if loading a domain's model has ended."""
        return name in self._loading and self._loading[name].done()

    def inverter(self, name: str) -> Inverter:
        """Return the inverter of a domain; wait until it is loaded."""
        if name not in self.domains:
            raise StudioError(f"There is no domain {name!r} here: choose one of {', '.join(self.domains)}.")
        offer = self._offer(self.domains[name])
        if offer.reason:
            raise StudioError(f"{offer.title} cannot be used here: {offer.reason}.")
        return self._load(name).result()

    def why_no_text(self, name: str) -> str | None:
        """Return the reason why a domain takes no edits in words here; None if it does."""
        return why_no_text(self.domains[name])

    def invert(
        self, name: str, crop: Crop, method: Method, steps: int, in_background: Callable[[], bool] = lambda: False
    ) -> Iterator[InversionStep]:
        """The steps of an inversion; edits of other visitors run in between, `in_background` their inversions too."""
        self.inverter(name).model_of_method(method)  # loaded here, since a fork forgets what it loads
        return self.queue.interleave(self._steps_on_device(name, crop, method, steps), in_background)

    def polish(self, name: str, crop: Crop, inversion: Inversion, steps: int) -> Iterator[InversionStep]:
        """Steps of polish on top of an inversion; edits of other visitors run in between."""
        self.inverter(name)
        return self.queue.interleave(self._polish_on_device(name, crop, inversion, steps))

    def draw(self, inversion: Inversion, edits: Edits = Edits()) -> Pixels:  # noqa: B008 - a frozen value
        """The picture [H, W, 3] of an inversion with edits; it goes ahead of inversions under way."""
        self._check(inversion, edits)
        with self.queue.priority():
            (pixels,) = self._draw_on_device(inversion, edits)
        return pixels

    def preview(self, inversion: Inversion, edits: Edits = Edits()) -> Pixels:  # noqa: B008 - a frozen value
        """A quick preview [h, w, 3] of `draw`, as `Inverter.preview` says."""
        self._check(inversion, edits)
        with self.queue.priority():
            return self.inverter(inversion.domain).preview(inversion, edits)

    def _check(self, inversion: Inversion, edits: Edits) -> None:
        """Refuse what cannot be drawn here, and note that somebody edits."""
        self.inverter(inversion.domain)
        if edits.style and edits.style.name not in self.styles[inversion.domain]:
            known = ", ".join(self.styles[inversion.domain]) or "none yet"
            raise StudioError(
                f"There is no style {edits.style.name!r} here for this kind of picture: there are {known}."
            )
        self._last_edit = time.monotonic()

    def sweep(self, inversion: Inversion, direction: str, amounts: Sequence[float], edits: Edits) -> Iterator[Pixels]:
        """The pictures at several amounts of a direction; edits of other visitors run in between."""
        self.inverter(inversion.domain)
        return self.queue.interleave(self._sweep_on_device(inversion, direction, amounts, edits))

    def _steps(self, name: str, crop: Crop, method: Method, steps: int) -> Iterator[InversionStep]:
        for step in self._loading[name].result().steps(crop, method=method, steps=steps):
            yield InversionStep(step.inversion.compact(), step.pixels)

    def _polish(self, name: str, crop: Crop, inversion: Inversion, steps: int) -> Iterator[InversionStep]:
        for step in self._loading[name].result().polish(crop, inversion, steps):
            yield InversionStep(step.inversion.compact(), step.pixels)

    def _draw(self, inversion: Inversion, edits: Edits) -> Iterator[Pixels]:
        yield self._loading[inversion.domain].result().draw(inversion, edits)

    def _sweep(self, inversion: Inversion, direction: str, amounts: Sequence[float], edits: Edits) -> Iterator[Pixels]:
        yield from self._loading[inversion.domain].result().sweep(inversion, direction, amounts, edits)

    def _load(self, name: str) -> "Future[Inverter]":
        """Return the future inverter of a domain; start to load it if that has not begun or has failed."""
        with self._starting:
            loading = self._loading.get(name)
            if loading is None or (loading.done() and loading.exception()):
                loading = self._loader.submit(self._load_inverter, self.domains[name], self.device)
                self._loading[name] = loading
            return loading

    def _best(self) -> str:
        """Return the name of the domain that is shown first by default."""
        full = [name for name, domain in self.domains.items() if domain.full_size and is_at_hand(domain)]
        return full[0] if full and self.device.type != "cpu" else EMBEDDED.name

    def _offer(self, domain: Domain) -> Offer:
        """Return a domain as the page offers it, with the reason if it cannot be used here."""
        if domain.name in self._loading and not self._loading[domain.name].cancelled():
            return Offer(domain.name, domain.title)
        if domain.missing_assets():
            return Offer(domain.name, domain.title, "its networks are not trained yet")
        missing = missing_weights(domain)
        if not missing:
            return Offer(domain.name, domain.title)
        files = "1 weight file is" if len(missing) == 1 else f"{len(missing)} weight files are"
        return Offer(domain.name, domain.title, f"{files} missing", f"python -m hyperstyle weights get {domain.name}")


def styles_at_hand(domain: Domain) -> Mapping[str, str]:
    """Return name -> title of the styles of a domain that can be drawn without fetching anything."""
    return {name: style.title for name, style in styles_of(domain).items() if style.at_hand}


def missing_weights(domain: Domain) -> list[str]:
    """Return the names of weights that a domain needs, that are not here, and that no Python package carries."""
    needed = [WEIGHTS[name] for name in domain.required_weights]
    return [weight.name for weight in needed if not weight.in_package and status(weight).path is None]


def is_at_hand(domain: Domain) -> bool:
    """Return True if all weights of a domain are here or come from Python packages."""
    return not domain.missing_assets() and not missing_weights(domain)


def inversion_seconds(_name: str, _crop: Crop, _start: Method | Inversion, steps: int) -> float:
    """Return the seconds of GPU time to request for `steps` steps of an inversion or of polish."""
    return STARTING_SECONDS + STEP_SECONDS * steps
