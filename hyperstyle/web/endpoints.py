"""Named endpoints for programs: files in, files out, no session."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from hyperstyle.editing.directions import MAX_AMOUNT
from hyperstyle.editing.edits import (
    DEFAULT_STYLE_AMOUNT,
    DEFAULT_TEXT_STRENGTH,
    MAX_STRENGTH,
    MAX_TEXT_STRENGTH,
    Edits,
    StyleChoice,
    TextEdit,
)
from hyperstyle.errors import StudioError
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.inversion.methods import Method
from hyperstyle.photo.alignment import align
from hyperstyle.photo.crop import Crop
from hyperstyle.photo.painting import painted_in
from hyperstyle.photo.reading import Photo, Pixels, read_photo
from hyperstyle.recipe import MAX_TEXT_LENGTH
from hyperstyle.web.components.photo_input import photo_input
from hyperstyle.web.events import DRAWERS, INVERTERS
from hyperstyle.web.examples import STEPS
from hyperstyle.web.files import inversion_file, photo_file, picture_file, recipe_of
from hyperstyle.web.services import Services
from hyperstyle.web.tabs.input_panel import MAX_STEPS
from hyperstyle.web.user_errors import user_errors

FACE_SIDE = 1024
"""Side of the faces that `/detect` cuts out, in pixels."""
Report = dict[str, Any]


@dataclass(frozen=True)
class Endpoints:
    """The handlers of the endpoints; nothing is kept between calls."""

    services: Services

    @user_errors
    def detect(self, photo: str | None) -> tuple[Report, list[Pixels]]:
        """Find the faces of a photo.

        Args:
            photo: The photo: JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC or AVIF.

        Returns:
            The photo's size and its faces, the largest first, each with its box (left, top, right, bottom) and the
            detector's score; and every face cut out as the generator expects it.

        """
        picture, engine = _read(photo), self.services.engine
        domain = engine.domains[engine.first]
        if not (domain.faces or domain.animals):
            raise StudioError("The domain of this page has no faces: pass the photo to /invert.")
        faces, _ = engine.inverter(engine.first).find_faces(picture.pixels)
        height, width = picture.pixels.shape[:2]
        report = {
            "width": width,
            "height": height,
            "faces": [{"box": list(face.box), "score": face.score} for face in faces],
        }
        return report, [align(picture.pixels, face.quad, FACE_SIDE, FACE_SIDE) for face in faces]

    @user_errors
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
            The pictures of all steps so far, their metrics, and at the end the inversion as a file for /edit.

        """
        chosen = self._method(domain, method)
        count = min(max(int(steps), 0), max(MAX_STEPS, chosen.steps))  # what a shared machine can bear
        crop = self._crop(photo, domain, int(face), align=not aligned)
        pictures: list[tuple[Pixels, str]] = []
        for step in self.services.engine.invert(domain, crop, chosen, count):
            pictures.append((step.pixels, f"step {step.index}"))
            yield pictures, _report(step.inversion), None
        with inversion_file(step.inversion) as path:
            yield pictures, _report(step.inversion), path

    @user_errors
    def edit(self, inversion: str | None, edits: Report | None, strength: float) -> Iterator[str]:
        """Draw an inversion, edited.

        Args:
            inversion: The file that /invert gave.
            edits: Amounts by the names of directions, from -5 to 5, such as {"smile": 2, "age": -3}.
            strength: How much of the offsets is used, 0 to 1.2.

        Returns:
            The picture as PNG, with its recipe in its metadata.

        """
        yield from self._picture(inversion, _edits(edits, strength))

    @user_errors
    def paste(
        self,
        photo: str | None,
        inversion: str | None,
        edits: Report | None,
        strength: float,
        whole: bool,
        mask: str | None = None,
    ) -> Iterator[str]:
        """Change an inverted photo: what the edits change is carried into it, all else stays as it is.

        Args:
            photo: The photo that was inverted.
            inversion: The file that /invert gave.
            edits: Amounts by the names of directions, from -5 to 5.
            strength: How much of the offsets is used, 0 to 1.2.
            whole: True to put in all of the generator's picture instead.
            mask: A picture over the photo, or none: black stays, white may change, grey is up to the edits.

        Returns:
            The photo as JPEG, with the EXIF and the colour profile that it came with.

        """
        original, opened = _read(photo), self._open(inversion)
        painted = painted_in(_read(mask).pixels, opened.photo_size, opened.quad) if mask else None
        editor = self.services.engine.photo_editor
        pixels = editor.paste(original, opened, _edits(edits, strength), painted, whole=whole)
        with photo_file(pixels, original) as path:
            yield path

    @user_errors
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
        limited = min(max(float(push), -MAX_TEXT_STRENGTH), MAX_TEXT_STRENGTH)
        words = TextEdit(source[:MAX_TEXT_LENGTH], target[:MAX_TEXT_LENGTH], limited)
        yield from self._picture(inversion, _edits(edits, 1.0, text=words))

    @user_errors
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
        choice = StyleChoice(style, min(max(float(amount), 0.0), 1.0))
        yield from self._picture(inversion, _edits(edits, strength, style=choice))

    @user_errors
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
            The metrics of every method's steps, and every method's last picture.

        """
        chosen = [self._method(domain, name) for name in methods]
        if not chosen:
            raise StudioError('Name at least one method, as in ["w-encoder"].')
        crop = self._crop(photo, domain, int(face), align=True)
        reports, pictures = {}, []
        for method in chosen:
            *_, last = self.services.engine.invert(domain, crop, method, method.steps)
            reports[method.name] = _report(last.inversion)
            pictures.append((last.pixels, method.title))
        return reports, pictures

    def _crop(self, photo: str | None, domain: str, face: int, *, align: bool) -> Crop:
        return self.services.engine.inverter(domain).crop(_read(photo), face, align=align)

    def _method(self, domain: str, name: str) -> Method:
        return self.services.engine.inverter(domain).method(name or None)

    def _open(self, inversion: str | None) -> Inversion:
        """The inversion in an uploaded file, of one of the domains of this page."""
        if inversion is None:
            raise StudioError("Pass the file of an inversion.")
        opened = Inversion.open(Path(inversion))
        if opened.domain not in self.services.engine.domains:
            raise StudioError(f"The inversion is of the domain {opened.domain}, which is not offered here.")
        return opened

    def _picture(self, inversion: str | None, edits: Edits) -> Iterator[str]:
        """The picture of an inversion file with edits, as a file."""
        opened = self._open(inversion)
        with picture_file(self.services.engine.draw(opened, edits), recipe_of(opened, edits)) as path:
            yield path


def add_endpoints(services: Services) -> None:
    """Add the endpoints to the page that is being built; their components never show."""
    answers, first = Endpoints(services), services.engine.first
    with gr.Column(visible=False):
        photo, mask, figures, pictures = photo_input(), photo_input(), gr.JSON(), gr.Gallery(format="jpeg")
        domain = gr.Textbox(first)
        method, methods = gr.Textbox(""), gr.JSON(["w-encoder", ""])
        steps, face = gr.Number(STEPS, precision=0), gr.Number(0, precision=0)
        aligned, whole = gr.Checkbox(value=False), gr.Checkbox(value=False)
        inversion = gr.File(type="filepath", file_types=[".safetensors"])
        saved, edits, strength = gr.File(), gr.JSON({}), gr.Number(1.0)
        source, target, style = gr.Textbox("a face"), gr.Textbox("a smiling face"), gr.Textbox("toon")
        amount, push = gr.Number(DEFAULT_STYLE_AMOUNT), gr.Number(DEFAULT_TEXT_STRENGTH)
        picture = gr.Image(type="filepath", format="png")
        button = gr.Button()
        button.click(answers.detect, photo, [figures, pictures], api_name="detect", concurrency_limit=2)
        inputs = [photo, domain, method, steps, face, aligned]
        button.click(answers.invert, inputs, [pictures, figures, saved], api_name="invert", **INVERTERS)
        button.click(answers.edit, [inversion, edits, strength], picture, api_name="edit", **DRAWERS)
        pasted = [photo, inversion, edits, strength, whole, mask]
        button.click(answers.paste, pasted, picture, api_name="paste", **DRAWERS)
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


def _edits(
    amounts: Mapping[str, Any] | None,
    strength: float,
    text: TextEdit | None = None,
    style: StyleChoice | None = None,
) -> Edits:
    """Edits whose amounts and strength are within the limits of the page's sliders."""
    try:
        limited = {
            str(name): min(max(float(amount), -MAX_AMOUNT), MAX_AMOUNT) for name, amount in (amounts or {}).items()
        }
    except (AttributeError, TypeError, ValueError) as error:
        raise StudioError('Edits are numbers by the names of directions, such as {"smile": 2}.') from error
    return Edits(limited, text, style, min(max(float(strength), 0.0), MAX_STRENGTH))


def _report(inversion: Inversion) -> Report:
    return {
        "domain": inversion.domain,
        "method": inversion.method,
        "steps": [step.to_json() for step in inversion.steps],
    }
