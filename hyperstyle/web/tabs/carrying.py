"""What can be taken away from a picture: the photo with it, the picture, the inversion, a link."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

import gradio as gr

from hyperstyle.errors import StudioError
from hyperstyle.photo.pasting import paste_back
from hyperstyle.photo.reading import Photo, Pixels, read_photo
from hyperstyle.photo.saving import save_photo
from hyperstyle.recipe import KEY, Recipe
from hyperstyle.web.components.link import link_box, linked
from hyperstyle.web.engine import Look
from hyperstyle.web.events import CHOOSING, DRAWING
from hyperstyle.web.studio import Studio
from hyperstyle.web.texts import text
from hyperstyle.web.visits import Visit
from hyperstyle.web.words import in_words


class Carrying:
    """A row of buttons below a picture; `edited`, `styled` and `worded` say what of a visit belongs to that picture."""

    def __init__(self, studio: Studio, name: str, *, edited: bool, styled: bool = False, worded: bool = False) -> None:
        self._studio = studio
        self._edited = edited
        self._styled = styled
        self._worded = worded
        with gr.Row(elem_classes="actions"):
            paste = gr.Button("Put into the photo")
            picture = gr.Button("Download PNG")
            keep = gr.Button("Save inversion")
            share = gr.Button("Share")
        pasted = gr.Image(
            label="In the photo", visible=False, interactive=False, type="filepath", buttons=["download", "fullscreen"]
        )
        file = gr.DownloadButton(elem_classes="out-of-sight", elem_id=f"{name}-file")
        link = link_box(visible=False)
        fetch = f"() => document.querySelector('#{name}-file a, a#{name}-file, button#{name}-file')?.click()"
        paste.click(self.paste, None, pasted, **DRAWING)
        picture.click(self.picture, None, file, **DRAWING).success(None, js=fetch)
        keep.click(self.keep, None, file, **DRAWING).success(None, js=fetch)
        share.click(self.share, None, link, **CHOOSING)
        self.shown = [pasted, link]

    def hide(self) -> list[dict[str, object]]:
        """What `shown` looks like when the picture has changed."""
        return [gr.update(visible=False) for _ in self.shown]

    def _drawn(self, visit: Visit) -> tuple[Pixels, Recipe]:
        """The picture and its recipe."""
        engine, recipe, inversion = self._studio.engine, self._recipe(visit), visit.inversion()
        look = Look(recipe.style, recipe.amount) if recipe.style else None
        return engine.draw(inversion, engine.edits(inversion.domain, recipe.edits), look, recipe.words), recipe

    def _recipe(self, visit: Visit) -> Recipe:
        recipe = visit.recipe()
        if not self._edited:
            recipe = replace(recipe, edits={})
        if not self._styled:
            recipe = replace(recipe, style=None, amount=Recipe.amount)
        return recipe if self._worded else replace(recipe, words=None)

    @in_words
    def paste(self, request: gr.Request) -> Iterator[dict[str, object]]:
        """The picture in its photo."""
        visit = self._studio.visit(request)
        inversion = visit.inversion()
        width, height = inversion.photo_size
        if visit.photo is None or visit.size != inversion.photo_size:
            raise StudioError(
                "The photo itself is not part of a saved inversion: upload the one that it was made from, of "
                f"{width} x {height} pixels, open the inversion again, and put it back then."
            )
        pixels, _ = self._drawn(visit)
        photo = read_photo(visit.photo)
        with TemporaryDirectory() as folder:
            path = Path(folder) / "photo.jpg"
            save_photo(path, paste_back(photo.pixels, pixels, inversion.quad), Photo(photo.pixels, icc=photo.icc))
            yield gr.update(value=str(path), visible=True)

    @in_words
    def picture(self, request: gr.Request) -> Iterator[str]:
        """The picture as PNG, with its recipe inside."""
        pixels, recipe = self._drawn(self._studio.visit(request))
        with TemporaryDirectory() as folder:
            path = Path(folder) / "picture.png"
            save_photo(path, pixels, Photo(pixels), {KEY: recipe.to_text()})
            yield str(path)

    @in_words
    def keep(self, request: gr.Request) -> Iterator[str]:
        """The inversion as a file."""
        with TemporaryDirectory() as folder:
            path = Path(folder) / "inversion.safetensors"
            self._studio.visit(request).inversion().save(path)
            yield str(path)

    @in_words
    def share(self, request: gr.Request) -> dict[str, object]:
        """A link to the picture, and what has to be known about it."""
        visit = self._studio.visit(request)
        recipe = self._recipe(visit)
        if visit.example:
            query, about = recipe.to_query(), text("share_example")
        else:
            query, about = urlencode({"visit": self._studio.visits.share(visit)}), text("share_photo")
        return gr.update(value=linked(query, about), visible=True)
