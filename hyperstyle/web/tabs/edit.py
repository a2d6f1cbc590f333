"""Sliders along the domain's directions, and films of them."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import gradio as gr
import numpy as np
from PIL import Image

from hyperstyle.editing.directions import SLIDER
from hyperstyle.errors import StudioError
from hyperstyle.film import save_film, strip, there_and_back
from hyperstyle.photo.reading import Photo, Pixels
from hyperstyle.photo.saving import save_photo
from hyperstyle.web.components.comparison import compared, comparison
from hyperstyle.web.events import EDITING
from hyperstyle.web.pictures import jpeg, uri
from hyperstyle.web.studio import Studio
from hyperstyle.web.tabs.carrying import Carrying
from hyperstyle.web.texts import text
from hyperstyle.web.visits import Visit
from hyperstyle.web.words import in_words

FILM_SIDE = 512
FILM_PICTURES = 21  # one way
STRIP_SIDE = 384
STRIP_PICTURES = 5
KINDS = {"Strip of pictures": ".jpg", "Film (MP4)": ".mp4", "Film (GIF)": ".gif"}
Update = dict[str, Any]


class EditTab:
    """The second tab."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._groups: dict[str, gr.Column] = {}
        self._sliders: dict[str, dict[str, gr.Slider]] = {}
        engine = studio.engine
        with gr.Row(elem_classes=["bench", "editing"]):
            with gr.Column(scale=4, min_width=300):
                self.said = gr.Markdown(text("edit"), elem_classes="note")
                for domain, directions in engine.directions.items():
                    with gr.Column(visible=domain == engine.first, elem_classes="sliders") as self._groups[domain]:
                        self._sliders[domain] = {
                            name: gr.Slider(
                                -SLIDER,
                                SLIDER,
                                0,
                                step=0.1,
                                label=direction.title,
                                info=f"{direction.less} ↔ {direction.more}",
                                elem_id=f"edit-{domain}-{name}",
                            )
                            for name, direction in directions.items()
                        }
                self.reset = gr.Button("Reset all")
                with gr.Accordion("A film along one slider", open=False):
                    self.along = gr.Dropdown(_names(studio, engine.first), label="Slider")
                    self.kind = gr.Radio(list(KINDS), value=next(iter(KINDS)), label="Kind")
                    self.film = gr.Button("Make it")
                    self.video = gr.Video(visible=False, loop=True, autoplay=True, label="Film", buttons=["download"])
                    self.still = gr.Image(
                        visible=False, type="filepath", label="Strip", buttons=["download", "fullscreen"]
                    )
            with gr.Column(scale=6, min_width=300, elem_classes="results"):
                self.result = comparison(text("nothing_yet"), elem_id="edited", elem_classes="comparison")
                self.carrying = Carrying(studio, "edit", edited=True)
        self.all_sliders = [slider for sliders in self._sliders.values() for slider in sliders.values()]
        self.outcome = [self.result, *self.carrying.shown]
        self.everything = [*self.outcome, *self._groups.values(), *self.all_sliders, self.along]
        self._wire()

    def _wire(self) -> None:
        if self.all_sliders:
            gr.on(
                [slider.input for slider in self.all_sliders],
                self.draw,
                self.all_sliders,
                self.outcome,
                trigger_mode="always_last",
                **EDITING,
            )
        self.reset.click(self.clear, None, self.everything, **EDITING)
        self.film.click(
            self.make,
            [self.along, self.kind],
            [self.video, self.still],
            api_visibility="private",
            concurrency_id="film",
            concurrency_limit=1,
        )

    @in_words
    def draw(self, request: gr.Request, *amounts: float) -> list[Any]:
        """The picture at these amounts."""
        visit = self._studio.visit(request)
        domain = visit.shot().inversion.domain
        names = [(name, key) for name, sliders in self._sliders.items() for key in sliders]
        visit.amounts = {
            key: min(max(float(amount), -SLIDER), SLIDER)
            for (name, key), amount in zip(names, amounts, strict=True)
            if name == domain and amount
        }
        return [self._compared(visit), *self.carrying.hide()]

    @in_words
    def clear(self, request: gr.Request) -> list[Any]:
        """All sliders at zero."""
        visit = self._studio.visit(request)
        visit.amounts = {}
        return self.present(visit)

    @in_words
    def show(self, request: gr.Request) -> list[Any]:
        """The tab for what this visitor has."""
        return self.present(self._studio.visit(request))

    def present(self, visit: Visit) -> list[Any]:
        """Picture, sliders and choice of films for a visit."""
        shown = visit.shots[visit.chosen].inversion.domain if visit.shots else visit.domain
        amounts = [
            visit.amounts.get(key, 0) if domain == shown else 0
            for domain, sliders in self._sliders.items()
            for key in sliders
        ]
        names = _names(self._studio, shown)
        return [
            self._compared(visit) if visit.shots else None,
            *self.carrying.hide(),
            *(gr.update(visible=domain == shown) for domain in self._groups),
            *amounts,
            gr.update(choices=names, value=names[0][1] if names else None),
        ]

    def _compared(self, visit: Visit) -> dict[str, str | None]:
        engine, inversion = self._studio.engine, visit.inversion()
        edits = engine.edits(inversion.domain, visit.amounts)
        plain = not edits and visit.strength == 1
        picture = visit.shot().picture if plain else jpeg(engine.draw(inversion, edits))
        before = visit.aligned or (None if plain else visit.shot().picture)
        return compared(uri(picture), uri(before) if before else None, "Edited", "Photo" if visit.aligned else "Before")

    @in_words
    def make(self, name: str | None, kind: str, request: gr.Request) -> Iterator[tuple[Update, Update]]:
        """A strip or a film along one direction, on top of the other edits."""
        visit, engine = self._studio.visit(request), self._studio.engine
        inversion = visit.inversion()
        direction = engine.directions[inversion.domain].get(name or "")
        if direction is None or kind not in KINDS:
            raise StudioError("Choose a slider and a kind first.")
        edits = engine.edits(inversion.domain, visit.amounts)
        still = KINDS[kind] == ".jpg"
        count, side = (STRIP_PICTURES, STRIP_SIDE) if still else (FILM_PICTURES, FILM_SIDE)
        amounts = np.linspace(-SLIDER, SLIDER, count).tolist()
        pictures = []
        progress = gr.Progress()
        for picture in engine.along(inversion, edits, direction, amounts):
            pictures.append(_smaller(picture, side))
            progress((len(pictures), count), desc="Drawing")
        with TemporaryDirectory() as folder:
            path = Path(folder) / f"{direction.name}{KINDS[kind]}"
            if still:
                row = strip(pictures)
                save_photo(path, row, Photo(row))
            else:
                save_film(path, there_and_back(pictures))
            film = path.suffix == ".mp4"
            yield (
                gr.update(value=str(path) if film else None, visible=film),
                gr.update(value=None if film else str(path), visible=not film),
            )


def _names(studio: Studio, domain: str) -> list[tuple[str, str]]:
    return [(direction.title, name) for name, direction in studio.engine.directions[domain].items()]


def _smaller(pixels: Pixels, side: int) -> Pixels:
    """A picture with its longer side at most that long, and both sides even, as films want them."""
    image = Image.fromarray(pixels)
    image.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=3.0)
    width, height = image.width // 2 * 2, image.height // 2 * 2
    return np.asarray(image)[:height, :width]
