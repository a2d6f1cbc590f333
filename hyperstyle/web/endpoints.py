"""The same for programs: named endpoints that need no session, each with files in and files out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import gradio as gr

from hyperstyle.drawing import STRONGEST, scaled
from hyperstyle.editing.directions import SLIDER
from hyperstyle.editing.text import STRENGTH
from hyperstyle.editing.text import STRONGEST as STRONGEST_WORDS
from hyperstyle.errors import StudioError
from hyperstyle.inversion.methods import Method, method_for, usual_method
from hyperstyle.inversion.record import Inversion
from hyperstyle.photo.alignment import align
from hyperstyle.photo.pasting import paste_back
from hyperstyle.photo.preparing import Prepared, faces_in
from hyperstyle.photo.quads import face_quad
from hyperstyle.photo.reading import Photo, Pixels, read_photo
from hyperstyle.photo.saving import save_photo
from hyperstyle.recipe import KEY, LONGEST_WORDS, Recipe, Words
from hyperstyle.web.components.photo_input import photo_input
from hyperstyle.web.engine import Look
from hyperstyle.web.events import DRAWERS, INVERTERS
from hyperstyle.web.examples import STEPS
from hyperstyle.web.studio import Studio
from hyperstyle.web.tabs.entrance import MOST_STEPS
from hyperstyle.web.words import in_words

CROP = 1024
"""Longer side of the faces that `/detect` cuts out."""
Report = dict[str, Any]


@dataclass(frozen=True)
class Endpoints:
    """What the endpoints answer; nothing is kept between calls."""

    studio: Studio

    @in_words
    def detect(self, photo: str | None) -> tuple[Report, list[Pixels]]:
        """Find the faces of a photo.

        Args:
            photo: The photo: JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC or AVIF.

        Returns:
            The photo's size and its faces, the largest first, each with its box (left, top, right, bottom) and
            how sure the finder is; and every face cut out as the generator expects it.

        """
        picture, engine = _read(photo), self.studio.engine
        finder = engine.workshop(engine.first).finder
        if finder is None:
            raise StudioError("The domain of this page has no faces: pass the photo to /invert.")
        faces, _ = faces_in(picture.pixels, finder)
        height, width = picture.pixels.shape[:2]
        report = {
            "width": width,
            "height": height,
            "faces": [{"box": list(face.box), "score": face.score} for face in faces],
        }
        return report, [align(picture.pixels, face_quad(face.landmarks), CROP, CROP) for face in faces]

    @in_words
    def invert(
        self, photo: str | None, domain: str, method: str, steps: float, face: float, aligned: bool
    ) -> Iterator[tuple[list[tuple[Pixels, str]], Report, str | None]]:
        """Find a photo inside the generator, step by step.

        Args:
            photo: The photo.
            domain: Name of the domain, such as faces-lite.
            method: Name of the method, such as w-encoder; empty for the one that the domain's model was made for.
            steps: How many refinements.
            face: Which face, counted from 0 for the largest.
            aligned: True to take the photo's middle as it is, without looking for a face.

        Returns:
            The pictures of all steps so far, their figures, and at the end the inversion as a file for /edit.

        """
        engine = self.studio.engine
        way = self._method(domain, method)
        prepared = self._prepared(photo, domain, int(face), aligned)
        pictures: list[tuple[Pixels, str]] = []
        for taken in engine.invert(domain, prepared, way, _steps(way, steps)):
            inversion = taken.inversion
            pictures.append((taken.pixels, f"step {inversion.steps[-1].index}"))
            yield pictures, _report(inversion), None
        with TemporaryDirectory() as folder:
            path = Path(folder) / "inversion.safetensors"
            inversion.save(path)
            yield pictures, _report(inversion), str(path)

    @in_words
    def edit(self, inversion: str | None, edits: Report | None, strength: float) -> Iterator[str]:
        """Draw an inversion, edited.

        Args:
            inversion: The file that /invert gave.
            edits: Amounts by the names of directions, from -5 to 5, such as {"smile": 2, "age": -3}.
            strength: How much of the offsets is used, 0 to 1.2.

        Returns:
            The picture as PNG, with its recipe in its metadata.

        """
        pixels, recipe, _ = self._edited(inversion, edits, strength)
        yield from drawn(pixels, recipe)

    @in_words
    def paste(self, photo: str | None, inversion: str | None, edits: Report | None, strength: float) -> Iterator[str]:
        """Draw an inversion, edited, and put it back into its photo.

        Args:
            photo: The photo that was inverted.
            inversion: The file that /invert gave.
            edits: Amounts by the names of directions, from -5 to 5.
            strength: How much of the offsets is used, 0 to 1.2.

        Returns:
            The photo as JPEG.

        """
        original = _read(photo)
        pixels, _, opened = self._edited(inversion, edits, strength)
        height, width = original.pixels.shape[:2]
        if (width, height) != opened.photo_size:
            wanted = "{} x {}".format(*opened.photo_size)
            raise StudioError(f"The photo is not the one that was inverted, which has {wanted} pixels: pass that one.")
        with TemporaryDirectory() as folder:
            path = Path(folder) / "photo.jpg"
            save_photo(path, paste_back(original.pixels, pixels, opened.quad), Photo(original.pixels, icc=original.icc))
            yield str(path)

    @in_words
    def text(self, inversion: str | None, source: str, target: str, push: float, edits: Report | None) -> Iterator[str]:
        """Edit an inversion in words.

        Args:
            inversion: The file that /invert gave.
            source: What the picture shows, such as "a face".
            target: What it should show, such as "a smiling face".
            push: How far to go, -10 to 10.
            edits: Amounts by the names of directions, from -5 to 5.

        Returns:
            The picture as PNG, with its recipe in its metadata.

        """
        words = Words(
            source[:LONGEST_WORDS], target[:LONGEST_WORDS], min(max(float(push), -STRONGEST_WORDS), STRONGEST_WORDS)
        )
        pixels, recipe, _ = self._edited(inversion, edits, 1.0, words=words)
        recipe = replace(recipe, words=words)
        yield from drawn(pixels, recipe)

    @in_words
    def stylize(
        self, inversion: str | None, style: str, amount: float, edits: Report | None, strength: float
    ) -> Iterator[str]:
        """Draw an inversion with a generator that was taught a style.

        Args:
            inversion: The file that /invert gave.
            style: Name of the style, such as toon.
            amount: From 0, more of the photo, to 1, more of the style.
            edits: Amounts by the names of directions, from -5 to 5.
            strength: How much of the offsets is used, 0 to 1.2.

        Returns:
            The picture as PNG, with its recipe in its metadata.

        """
        look = Look(style, min(max(float(amount), 0.0), 1.0))
        pixels, recipe, _ = self._edited(inversion, edits, strength, look)
        recipe = replace(recipe, style=look.style, amount=look.amount)
        yield from drawn(pixels, recipe)

    @in_words
    def compare(
        self, photo: str | None, domain: str, methods: list[str], face: float
    ) -> tuple[Report, list[tuple[Pixels, str]]]:
        """Invert a photo with several methods.

        Args:
            photo: The photo.
            domain: Name of the domain.
            methods: Names of the methods, each as for /invert.
            face: Which face, counted from 0 for the largest.

        Returns:
            The figures of every method's steps, and every method's last picture.

        """
        ways = [self._method(domain, name) for name in methods]
        if not ways:
            raise StudioError('Name at least one method, as in ["w-encoder"].')
        prepared = self._prepared(photo, domain, int(face), aligned=False)
        reports, pictures = {}, []
        for way in ways:
            *_, last = self.studio.engine.invert(domain, prepared, way, way.steps)
            reports[way.name] = _report(last.inversion)
            pictures.append((last.pixels, way.title))
        return reports, pictures

    def _prepared(self, photo: str | None, domain: str, face: int, aligned: bool) -> Prepared:
        return self.studio.engine.workshop(domain).prepare(_read(photo), face, align=not aligned)

    def _method(self, domain: str, name: str) -> Method:
        chosen = self.studio.engine.workshop(domain).domain
        return method_for(chosen, name) if name else usual_method(chosen)

    def _edited(
        self,
        inversion: str | None,
        amounts: Mapping[str, Any] | None,
        strength: float,
        look: Look | None = None,
        words: Words | None = None,
    ) -> tuple[Pixels, Recipe, Inversion]:
        """The picture of an inversion file, its recipe and the inversion."""
        if inversion is None:
            raise StudioError("Pass the file of an inversion.")
        opened, engine = Inversion.open(Path(inversion)), self.studio.engine
        if opened.domain not in engine.domains:
            raise StudioError(f"The inversion is of the domain {opened.domain}, which is not offered here.")
        checked = _amounts(amounts)
        edits = engine.edits(opened.domain, checked)
        strength = min(max(float(strength), 0.0), STRONGEST)
        recipe = Recipe(opened.domain, opened.method, opened.steps[-1].index, strength, checked)
        return engine.draw(scaled(opened, strength), edits, look, words), recipe, opened


def endpoints(studio: Studio) -> None:
    """Add the endpoints to the page that is being built; their components are for programs and never show."""
    answers, first = Endpoints(studio), studio.engine.first
    with gr.Column(visible=False):
        photo, figures, pictures = photo_input(), gr.JSON(), gr.Gallery(format="jpeg")
        domain = gr.Textbox(first)
        method, methods = gr.Textbox(""), gr.JSON(["w-encoder", ""])
        steps, face, aligned = gr.Number(STEPS, precision=0), gr.Number(0, precision=0), gr.Checkbox(value=False)
        inversion = gr.File(type="filepath", file_types=[".safetensors"])
        saved, edits, strength = gr.File(), gr.JSON({}), gr.Number(1.0)
        source, target, style = gr.Textbox("a face"), gr.Textbox("a smiling face"), gr.Textbox("toon")
        amount, push = gr.Number(0.5), gr.Number(STRENGTH)
        picture = gr.Image(type="filepath", format="png")
        button = gr.Button()
        button.click(answers.detect, photo, [figures, pictures], api_name="detect", concurrency_limit=2)
        inputs = [photo, domain, method, steps, face, aligned]
        button.click(answers.invert, inputs, [pictures, figures, saved], api_name="invert", **INVERTERS)
        button.click(answers.edit, [inversion, edits, strength], picture, api_name="edit", **DRAWERS)
        button.click(answers.paste, [photo, inversion, edits, strength], picture, api_name="paste", **DRAWERS)
        button.click(answers.text, [inversion, source, target, push, edits], picture, api_name="text", **DRAWERS)
        button.click(
            answers.stylize, [inversion, style, amount, edits, strength], picture, api_name="stylize", **DRAWERS
        )
        button.click(
            answers.compare, [photo, domain, methods, face], [figures, pictures], api_name="compare", **INVERTERS
        )


def _read(photo: str | None) -> Photo:
    if photo is None:
        raise StudioError("Pass a photo.")
    return read_photo(Path(photo).read_bytes())


def _steps(method: Method, steps: float) -> int:
    """The number of steps that was asked for, within what a shared machine can bear."""
    return min(max(int(steps), 0), max(MOST_STEPS, method.steps))


def _amounts(amounts: Mapping[str, Any] | None) -> dict[str, float]:
    """Amounts within the sliders' range."""
    try:
        return {str(name): min(max(float(amount), -SLIDER), SLIDER) for name, amount in (amounts or {}).items()}
    except (AttributeError, TypeError, ValueError) as error:
        raise StudioError('Edits are numbers by the names of directions, such as {"smile": 2}.') from error


def _report(inversion: Inversion) -> Report:
    return {
        "domain": inversion.domain,
        "method": inversion.method,
        "steps": [step.to_json() for step in inversion.steps],
    }


def drawn(pixels: Pixels, recipe: Recipe) -> Iterator[str]:
    """A picture [H, W, 3] as the name of a PNG with its recipe, which is there until the caller has taken it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "picture.png"
        save_photo(path, pixels, Photo(pixels), {KEY: recipe.to_text()})
        yield str(path)
