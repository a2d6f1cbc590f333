"""From photo to inversion: all that stays open between photos, and the way each of them takes."""

import math
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from hyperstyle.device import choose_device, synchronize
from hyperstyle.domains import Domain
from hyperstyle.errors import StudioError
from hyperstyle.inversion.hyperstyle import Model
from hyperstyle.inversion.methods import Method
from hyperstyle.inversion.polish import polish
from hyperstyle.inversion.record import Inversion, StepRecord
from hyperstyle.inversion.steps import Step
from hyperstyle.metrics import FaceIdentity, Measure
from hyperstyle.networks.full import ReStyleModel
from hyperstyle.networks.stylegan2 import StyleGan2
from hyperstyle.photo.faces import FaceFinder
from hyperstyle.photo.preparing import Prepared, prepare_face, prepare_middle
from hyperstyle.photo.reading import Photo
from hyperstyle.photo.tensors import to_tensor
from hyperstyle.weights.catalogue import WEIGHTS
from hyperstyle.weights.fetching import fetch
from hyperstyle.weights.models import open_model, open_restyle


@dataclass(frozen=True)
class Workshop:
    """A domain's model and tools; it keeps nothing of any photo, so that many can share it."""

    domain: Domain
    model: Model
    finder: FaceFinder | None
    """None where the domain's photos are not aligned by a face."""
    measure: Measure
    _brought: dict[str, ReStyleModel] = field(default_factory=dict, init=False, repr=False)
    """Models of methods' own, by the names of their weights."""

    @classmethod
    def open(cls, domain: Domain, device: torch.device | None = None) -> "Workshop":
        """Load all of it on a device, by default the best one here, fetching what is not here yet."""
        model = open_model(domain.name, device or choose_device())
        finder = identity = None
        if domain.faces:
            finder = FaceFinder(fetch(WEIGHTS["dlib-landmarks"]))
            identity = FaceIdentity(finder, fetch(WEIGHTS["dlib-identity"]))
        return cls(domain, model, finder, Measure(model.lpips, identity))

    @property
    def device(self) -> torch.device:
        """Where its networks are."""
        return next(self.model.generator.parameters()).device

    def model_for(self, method: Method) -> Any:  # noqa: ANN401 - as a method takes it
        """What a method works with: the domain's model, or its own one, fetched and opened when it is first wanted."""
        name = method.brings.get(self.domain.name)
        if name is None:
            return self.model
        if name not in self._brought:
            assert isinstance(self.model.generator, StyleGan2)
            self._brought[name] = open_restyle(name, self.model.generator)
        return self._brought[name]

    def prepare(self, photo: Photo, face: int = 0, *, align: bool = True) -> Prepared:
        """Choose the part of a photo: one of its faces, or its middle where the domain or the caller wants no face."""
        if self.finder and align:
            return prepare_face(photo, self.finder, face)
        view = self.domain.view
        return prepare_middle(photo, view.width / view.height, self.finder)

    def invert(self, prepared: Prepared, method: Method, steps: int) -> Iterator[tuple[Step, StepRecord]]:
        """The steps of a method, each with its figures, which are not counted in its seconds."""
        photo = self._seen(prepared)
        taken = method.run(self.model_for(method), photo, method.limited(steps))
        yield from self._measured(photo, taken, method.title)

    def polish(self, prepared: Prepared, inversion: Inversion, steps: int) -> Iterator[tuple[Step, StepRecord]]:
        """As many steps of polish beyond an inversion of that photo, each with its figures."""
        photo, generator = self._seen(prepared), self.model.generator
        codes, offsets = inversion.on(generator)
        picture = self.model.view.crop(generator(codes, offsets))
        start = Step(inversion.steps[-1].index, picture, codes, offsets)
        yield from self._measured(photo, polish(self.model, photo, start, steps), "Polish")

    def _seen(self, prepared: Prepared) -> Tensor:
        """The photo's part [1, 3, height, width] as the networks see it."""
        view = self.domain.view
        return to_tensor(prepared.crop(view.height, view.width)).to(self.device)

    def _measured(self, photo: Tensor, steps: Iterator[Step], title: str) -> Iterator[tuple[Step, StepRecord]]:
        """Steps towards a photo with their figures; a `StudioError` where they lead astray."""
        likeness = self.measure.against(photo)
        for step, seconds in timed(steps, self.device):
            (figures,) = likeness(step.picture)
            if not math.isfinite(figures.l2):
                raise StudioError(f"{title} went astray in step {step.index}: take fewer steps.")
            yield step, StepRecord(step.index, figures, seconds)

    def inversion(self, prepared: Prepared, method: Method, step: Step, records: Sequence[StepRecord]) -> Inversion:
        """What the steps up to `step` come to, as a value that can be kept and edited."""
        height, width = prepared.photo.pixels.shape[:2]
        return Inversion(
            self.domain.name,
            method.name,
            step.codes,
            step.offsets,
            prepared.quad,
            (width, height),
            tuple(records),
            adds=self.model.generator.adds,
        )


def timed(steps: Iterable[Step], device: torch.device) -> Iterator[tuple[Step, float]]:
    """Steps, each with the seconds that it took until all of it was done."""
    iterator = iter(steps)
    while True:
        start = time.perf_counter()
        step = next(iterator, None)
        if step is None:
            return
        synchronize(device)
        yield step, time.perf_counter() - start
