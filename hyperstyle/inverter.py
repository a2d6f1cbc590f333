"""A loaded domain: inverts photos into its generator's latent space, then draws, edits and pastes back the results."""

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from hyperstyle.device import choose_device, synchronize
from hyperstyle.domain_table import EMBEDDED, Domain, domain_named
from hyperstyle.editing.directions import MAX_AMOUNT, Direction, Edit
from hyperstyle.editing.domain_directions import directions_of
from hyperstyle.editing.edits import DEFAULT_STYLE_AMOUNT, Edits, StyleChoice, TextEdit
from hyperstyle.editing.photo_editor import PhotoEditor
from hyperstyle.editing.rendering import Renderer
from hyperstyle.editing.styles import GuestDrawing, Style, open_style, styles_of
from hyperstyle.editing.text_edits import StyleSpaceDirection, StyleSpaceEdit, TextEditor
from hyperstyle.editing.text_loading import open_text_editor
from hyperstyle.errors import StudioError
from hyperstyle.inversion.hyperstyle import Model
from hyperstyle.inversion.inversion import Inversion, StepRecord
from hyperstyle.inversion.methods import Method, default_method, method_for, methods_of
from hyperstyle.inversion.polish import POLISH_STEPS, polish
from hyperstyle.inversion.step import Step
from hyperstyle.metrics.identity import FaceIdentity
from hyperstyle.metrics.photo_metrics import Metrics, MetricsEvaluator
from hyperstyle.networks.published_models import ReStyleModel
from hyperstyle.photo.animals import AnimalFinder
from hyperstyle.photo.crop import Crop, crop_animal, crop_face, crop_middle, find_faces
from hyperstyle.photo.edit_transfer import EditedCrop
from hyperstyle.photo.faces import FaceFinder
from hyperstyle.photo.finding import FoundFace
from hyperstyle.photo.painting import Painted
from hyperstyle.photo.reading import Photo, Pixels, read_photo
from hyperstyle.photo.tensors import to_pixels, to_tensor
from hyperstyle.weights.catalogue import WEIGHTS
from hyperstyle.weights.fetching import fetch
from hyperstyle.weights.model_loading import open_model, open_restyle

PhotoLike = Photo | Path | str | bytes | Image.Image | NDArray[np.uint8]
"""A photo as a `Photo`, a path, the bytes of a file, a PIL image, or an array [H, W, 3], RGB, uint8."""

RENDERERS_KEPT = 4
"""Inversions whose modified kernels stay cached on the device, so that moving a slider only runs the generator."""
STYLES_KEPT = 6
DETAIL = 2  # times the size of the networks' input at which polish compares too
TEXT_DIRECTIONS_KEPT = 32


@dataclass(frozen=True, eq=False)
class InversionStep:
    """The state of an inversion after one refinement step."""

    inversion: Inversion
    """The code and weight offsets of this step, with the records of all steps so far."""
    pixels: Pixels
    """The generator's picture [H, W, 3], RGB, 0 to 255."""

    @property
    def index(self) -> int:
        """Number of the step; 0 is the encoder's picture, before any refinement."""
        return self.inversion.steps[-1].index

    @property
    def metrics(self) -> Metrics:
        """Metrics of the picture against the aligned photo."""
        return self.inversion.steps[-1].metrics

    @property
    def seconds(self) -> float:
        """Seconds that this step took, without computing its metrics."""
        return self.inversion.steps[-1].seconds

    @property
    def picture(self) -> Image.Image:
        """The picture as a PIL image."""
        return Image.fromarray(self.pixels)


class Inverter:
    """A domain's model with its face finder, metrics, inversion methods, directions and styles.

    It stores no photo and no inversion, but caches the modified kernels, styles and text directions of the last few
    pictures until `forget` is called. It is not thread-safe: threads that share one must call it one at a time.
    """

    def __init__(
        self,
        domain: Domain,
        model: Model,
        face_finder: FaceFinder | None,
        evaluator: MetricsEvaluator,
        directions: Mapping[str, Direction] | None = None,
        open_style: Callable[[Domain, str], Style | GuestDrawing] = open_style,
        animal_finder: AnimalFinder | None = None,
    ) -> None:
        """A finder is None where photos are not aligned by what it finds; `directions` None takes the domain's own."""
        self.domain = domain
        self.model = model
        self.face_finder = face_finder
        self.animal_finder = animal_finder
        self.evaluator = evaluator
        self._directions = directions
        self._method_models: dict[str, ReStyleModel] = {}
        self._open_style = lru_cache(STYLES_KEPT)(open_style)
        self._renderer = lru_cache(RENDERERS_KEPT)(self._open_renderer)
        self._text_direction = lru_cache(TEXT_DIRECTIONS_KEPT)(self._find_text_direction)
        self.photo_editor = PhotoEditor(self.draw)

    @classmethod
    def load(cls, domain: Domain | str = EMBEDDED, device: torch.device | str | None = None) -> "Inverter":
        """Load a domain on a device, by default the best one of this machine; missing weights are downloaded."""
        row = domain_named(domain) if isinstance(domain, str) else domain
        model = open_model(row, choose_device(device) if device is None or isinstance(device, str) else device)
        finder = identity = animal_finder = None
        if row.faces:
            finder = FaceFinder(fetch(WEIGHTS["dlib-landmarks"]))
            identity = FaceIdentity(finder, fetch(WEIGHTS["dlib-identity"]))
        if row.animals:
            animal_finder = AnimalFinder()
        return cls(row, model, finder, MetricsEvaluator(model.lpips, identity), animal_finder=animal_finder)

    @property
    def device(self) -> torch.device:
        """The device that the networks are on."""
        return next(self.model.generator.parameters()).device

    @property
    def methods(self) -> Mapping[str, Method]:
        """The inversion methods that the domain supports, by name."""
        return methods_of(self.domain)

    @cached_property
    def directions(self) -> Mapping[str, Direction]:
        """The latent directions of the domain, one per slider, by name."""
        return directions_of(self.domain) if self._directions is None else self._directions

    @property
    def styles(self) -> Mapping[str, str]:
        """The titles of the domain's styles, by name; some are downloaded when they are first drawn."""
        return {name: style.title for name, style in styles_of(self.domain).items()}

    # --- into the generator -----------------------------------------------------------------------------------------

    def crop(self, photo: PhotoLike, face: int = 0, *, align: bool = True) -> Crop:
        """Choose the part of a photo to invert: the face of that index (0 is the largest), or the photo's middle.

        The middle is taken with `align=False`, in domains that are not about faces, and where no animal is found.
        """
        opened = open_photo(photo)
        if self.face_finder and align:
            return crop_face(opened, self.face_finder, face)
        if self.animal_finder and align:
            return crop_animal(opened, self.animal_finder, face)
        view = self.domain.view
        return crop_middle(opened, view.width / view.height, self.face_finder)

    def find_faces(self, pixels: Pixels) -> tuple[Sequence[FoundFace], bool]:
        """Return the faces of a picture [H, W, 3], of people or animals as the domain has it, largest first.

        The second value is True where the picture was searched as a drawing.
        """
        if self.face_finder:
            return find_faces(pixels, self.face_finder)
        return (self.animal_finder.find(pixels), False) if self.animal_finder else ((), False)

    def steps(
        self,
        photo: PhotoLike | Crop,
        *,
        method: Method | str | None = None,
        steps: int | None = None,
        polish: int = 0,
        face: int = 0,
        align: bool = True,
    ) -> Iterator[InversionStep]:
        """Invert a photo and yield every step; `polish` appends that many steps of tuning the generator's kernels."""
        crop = photo if isinstance(photo, Crop) else self.crop(photo, face, align=align)
        for (step,) in self.batch_steps([crop], method, steps):
            yield step
        if polish:
            yield from self.polish(crop, step.inversion, polish)

    def invert(
        self,
        photo: PhotoLike | Crop,
        *,
        method: Method | str | None = None,
        steps: int | None = None,
        polish: int = 0,
        face: int = 0,
        align: bool = True,
    ) -> Inversion:
        """Invert a photo and return the last step's inversion; the arguments are those of `steps`."""
        *_, last = self.steps(photo, method=method, steps=steps, polish=polish, face=face, align=align)
        return last.inversion

    def invert_batch(
        self, photos: Sequence[PhotoLike | Crop], *, method: Method | str | None = None, steps: int | None = None
    ) -> list[Inversion]:
        """Invert several photos as one batch, which is faster on a GPU than one photo at a time."""
        crops = [photo if isinstance(photo, Crop) else self.crop(photo) for photo in photos]
        *_, last = self.batch_steps(crops, method, steps)
        return [step.inversion for step in last]

    def batch_steps(
        self, crops: Sequence[Crop], method: Method | str | None = None, steps: int | None = None
    ) -> Iterator[list[InversionStep]]:
        """Invert crops as one batch; yield, for every refinement, a list with one step per crop."""
        chosen = self.method(method)
        if steps is None:
            steps = max(chosen.default_steps(drawing=crop.is_drawing) for crop in crops)
        photos = self.network_input(crops)
        detail = self.detail(crops) if chosen.refinements else None
        found = chosen.invert(self.model_of_method(chosen), photos, steps, detail)
        yield from self._measured(crops, photos, found, chosen)

    def polish(
        self, photo: PhotoLike | Crop, inversion: Inversion, steps: int = POLISH_STEPS
    ) -> Iterator[InversionStep]:
        """Tune the generator's kernels to a photo, starting from its inversion, and yield every step."""
        crop = photo if isinstance(photo, Crop) else Crop(open_photo(photo), (), inversion.quad)
        renderer = Renderer.of(self.model, inversion)
        codes, offsets = inversion.on(self.model.generator)
        start = Step(inversion.steps[-1].index, renderer.picture(), codes, offsets)
        photos = self.network_input([crop])
        found = polish(self.model, photos, start, steps, self.detail([crop]))
        for (step,) in self._measured([crop], photos, found, self.method(inversion.method), inversion.steps):
            yield step

    def method(self, method: Method | str | None) -> Method:
        """Return the method of that name; None gives the domain's default."""
        if method is None:
            return default_method(self.domain)
        return method_for(self.domain, method) if isinstance(method, str) else method

    def model_of_method(self, method: Method) -> Any:  # noqa: ANN401 - as a method takes it
        """Return the model that a method runs on: its own where it has one (loaded on first use), or the domain's."""
        name = method.own_weights.get(self.domain.name)
        if name is None:
            return self.model
        if name not in self._method_models:
            self._method_models[name] = open_restyle(name, self.model.generator)
        return self._method_models[name]

    def network_input(self, crops: Sequence[Crop]) -> Tensor:
        """Return crops as the networks take them: [N, 3, height, width] of the domain's view, RGB in [-1, 1]."""
        return self._resampled(crops, 1)

    def detail(self, crops: Sequence[Crop]) -> Tensor | None:
        """Return crops at `DETAIL` times the size of `network_input`; None where generator or photos hold no more."""
        view = self.domain.view
        drawn = self.model.generator.size >= DETAIL * view.width
        held = min(crop.resolution(view.height, view.width) for crop in crops) > 1
        return self._resampled(crops, DETAIL) if drawn and held else None

    def _resampled(self, crops: Sequence[Crop], times: int) -> Tensor:
        height, width = times * self.domain.view.height, times * self.domain.view.width
        return torch.cat([to_tensor(crop.pixels(height, width)) for crop in crops]).to(self.device)

    def _measured(
        self,
        crops: Sequence[Crop],
        photos: Tensor,
        steps: Iterable[Step],
        method: Method,
        before: Sequence[StepRecord] = (),
    ) -> Iterator[list[InversionStep]]:
        """Yield, for every step, one `InversionStep` per crop, with its metrics against photos [N, 3, H, W].

        `before` are the records of earlier steps. A step whose L2 is not finite raises a `StudioError`.
        """
        evaluate = self.evaluator.against(photos)
        records = [list(before) for _ in crops]
        for step, seconds in timed(steps, self.device):
            for metrics, known in zip(evaluate(step.picture), records, strict=True):
                if not math.isfinite(metrics.l2):
                    raise StudioError(f"{method.title} diverged in step {step.index}: use fewer steps.")
                known.append(StepRecord(step.index, metrics, seconds / len(crops)))
            yield [
                InversionStep(self._inversion(crop, step, place, method, known), to_pixels(step.picture[place]))
                for place, (crop, known) in enumerate(zip(crops, records, strict=True))
            ]

    def _inversion(
        self, crop: Crop, step: Step, place: int, method: Method, records: Sequence[StepRecord]
    ) -> Inversion:
        """Return the inversion that a step found for the crop at index `place` of the batch."""
        height, width = crop.photo.pixels.shape[:2]
        own = slice(place, place + 1)
        offsets = {layer: offset[own] if offset.ndim == 5 else offset for layer, offset in step.offsets.items()}
        return Inversion(
            self.domain.name,
            method.name,
            step.codes[own],
            offsets,
            crop.quad,
            (width, height),
            tuple(records),
            self.model.generator.offset_mode,
        )

    # --- out of the generator ---------------------------------------------------------------------------------------

    def render(
        self,
        inversion: Inversion,
        *,
        style: str | None = None,
        style_amount: float = DEFAULT_STYLE_AMOUNT,
        text: tuple[str, str] | TextEdit | None = None,
        strength: float = 1.0,
        **amounts: float,
    ) -> Image.Image:
        """Draw an inversion with edits: `render(inversion, smile=2, age=-3, style="pencil")`.

        `amounts` are amounts of directions, -5 to 5, by their names with `_` for `-`. `text` is a pair of descriptions:
        the picture as it is, and as it should become. `strength` scales the weight offsets, 0 to 1.2.
        """
        return Image.fromarray(self.draw(inversion, edits_of(amounts, style, style_amount, text, strength)))

    def paste(
        self,
        photo: PhotoLike,
        inversion: Inversion,
        *,
        style: str | None = None,
        style_amount: float = DEFAULT_STYLE_AMOUNT,
        text: tuple[str, str] | TextEdit | None = None,
        strength: float = 1.0,
        whole: bool = False,
        person_alone: bool = False,
        **amounts: float,
    ) -> Image.Image:
        """Draw an inversion with edits and put it back into its photo; the further arguments are those of `render`.

        Only what the edits change is carried into the photo; without edits it is the photo bit for bit. A style, or
        any picture with `whole`, takes the place of all that was inverted; with `person_alone`, a style takes that of
        the person.
        """
        edits = edits_of(amounts, style, style_amount, text, strength)
        if edits.style and person_alone:
            edits = replace(edits, style=replace(edits.style, person_alone=True))
        return Image.fromarray(self.paste_pixels(open_photo(photo), inversion, edits, whole=whole))

    def draw(self, inversion: Inversion, edits: Edits = Edits()) -> Pixels:  # noqa: B008 - a frozen value
        """Draw an inversion with edits: a picture [H, W, 3], RGB, uint8."""
        return self._renderer(inversion, edits.strength, edits.style).draw(*self._moves(edits))

    def preview(self, inversion: Inversion, edits: Edits = Edits()) -> Pixels:  # noqa: B008 - a frozen value
        """A quick preview of `draw` [h, w, 3], a quarter to half as large; slow at an inversion's first one."""
        return self._renderer(inversion, edits.strength, edits.style).draw_preview(*self._moves(edits))

    def _moves(self, edits: Edits) -> tuple[list[Edit], list[StyleSpaceEdit]]:
        """Return the edits of the code and of the styles."""
        amounts = [(self._direction(name), amount) for name, amount in edits.amounts.items()]
        moves = [Edit(direction, amount) for direction, amount in amounts if amount]
        said = []
        if edits.text:
            direction = self._text_direction(edits.text.before, edits.text.after, edits.text.threshold)
            said = [StyleSpaceEdit(direction, edits.text.strength)]
        return moves, said

    def sweep(
        self,
        inversion: Inversion,
        direction: str,
        amounts: Sequence[float],
        edits: Edits = Edits(),  # noqa: B008
    ) -> Iterator[Pixels]:
        """Yield a picture [H, W, 3] for each amount of a direction, on top of the other edits."""
        for amount in amounts:
            yield self.draw(inversion, replace(edits, amounts={**edits.amounts, direction: amount}))

    def paste_pixels(
        self,
        photo: Photo,
        inversion: Inversion,
        edits: Edits = Edits(),  # noqa: B008
        painted: Painted | None = None,
        *,
        whole: bool = False,
    ) -> Pixels:
        """The photo [H, W, 3] that was inverted, edited, as `PhotoEditor.paste` says."""
        return self.photo_editor.paste(photo, inversion, edits, painted, whole=whole)

    def edit_crop(
        self,
        photo: PhotoLike,
        inversion: Inversion,
        edits: Edits = Edits(),  # noqa: B008
        painted: Painted | None = None,
    ) -> EditedCrop:
        """The inverted part of that photo, edited, at the size of the generator's pictures; and where it changed."""
        original = self.photo_editor.original(open_photo(photo), inversion)
        return self.photo_editor.edit_crop(original, inversion, edits, painted)

    @cached_property
    def text_editor(self) -> TextEditor:
        """Turns two descriptions into a direction; a `StudioError` says why the domain has no text edits here."""
        return open_text_editor(self.domain, self.model)

    def forget(self) -> None:
        """Clear the caches of modified kernels and text directions."""
        self._renderer.cache_clear()
        self.photo_editor.forget()
        self._text_direction.cache_clear()

    def _direction(self, name: str) -> Direction:
        if name not in self.directions:
            known = ", ".join(self.directions) or "none yet"
            raise StudioError(f"There is no direction {name!r} for {self.domain.title}: there are {known}.")
        return self.directions[name]

    def _open_renderer(self, inversion: Inversion, strength: float, style: StyleChoice | None) -> Renderer:
        model, inversion = self.model, inversion.scaled(strength)
        if style:
            model, inversion = self._open_style(self.domain, style.name).apply(model, inversion, style.amount)
        return Renderer.of(model, inversion)

    def _find_text_direction(self, before: str, after: str, threshold: float | None) -> StyleSpaceDirection:
        return self.text_editor.direction(before, after, threshold)


def open_photo(photo: PhotoLike) -> Photo:
    """Return a photo given in any of the forms of `PhotoLike`."""
    if isinstance(photo, Photo):
        return photo
    if isinstance(photo, Image.Image):
        return Photo(np.asarray(photo.convert("RGB")), icc=photo.info.get("icc_profile"))
    if isinstance(photo, np.ndarray):
        if photo.ndim != 3 or photo.shape[2] != 3 or photo.dtype != np.uint8:
            raise StudioError(
                "A photo given as an array must have the shape [height, width, 3] and 8 bits: convert it first."
            )
        return Photo(photo)
    return read_photo(Path(photo) if isinstance(photo, str) else photo)


def edits_of(
    amounts: Mapping[str, float],
    style: str | None,
    style_amount: float,
    text: tuple[str, str] | TextEdit | None,
    strength: float,
) -> Edits:
    """Return the edits that keyword arguments of `render` ask for; `_` in the names of directions stands for `-`."""
    named = {name.replace("_", "-"): float(amount) for name, amount in amounts.items()}
    for name, amount in named.items():
        if not -MAX_AMOUNT <= amount <= MAX_AMOUNT:
            raise StudioError(f"{name} is moved by {amount:g}: amounts run from {-MAX_AMOUNT:g} to {MAX_AMOUNT:g}.")
    return Edits(
        named,
        TextEdit(*text) if isinstance(text, tuple) else text,
        StyleChoice(style, style_amount) if style else None,
        strength,
    )


def timed(steps: Iterable[Step], device: torch.device) -> Iterator[tuple[Step, float]]:
    """Yield every step with the seconds until the device had computed it."""
    iterator = iter(steps)
    while True:
        start = time.perf_counter()
        step = next(iterator, None)
        if step is None:
            return
        synchronize(device)
        yield step, time.perf_counter() - start
