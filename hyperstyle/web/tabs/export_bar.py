"""The buttons below a picture: paste it into the photo, download it, save the inversion, share a link."""

from collections.abc import Callable, Iterator
from urllib.parse import urlencode

import gradio as gr

from hyperstyle.editing.edits import Edits
from hyperstyle.errors import StudioError
from hyperstyle.photo.card import card
from hyperstyle.photo.reading import Pixels
from hyperstyle.web.components.share_link import share_link, share_link_value
from hyperstyle.web.edits_title import edits_title
from hyperstyle.web.events import CHOOSING, DRAWING, Updates
from hyperstyle.web.files import card_file, inversion_file, photo_file, picture_file, recipe_of, without_exif
from hyperstyle.web.inline_images import decoded
from hyperstyle.web.services import Services
from hyperstyle.web.sessions import Session
from hyperstyle.web.texts import TITLE, text
from hyperstyle.web.user_errors import user_errors
from hyperstyle.web.views import View

SHOW = """() => {{
  const show = (frames) => {{
    const image = document.querySelector("{place} img");
    if (image?.naturalWidth) image.scrollIntoView({{ behavior: "smooth", block: "nearest" }});
    else if (frames) requestAnimationFrame(() => show(frames - 1));
  }};
  show(300);
}}"""
"""Scrolls to the picture at a place of the page as soon as it is there, within 300 frames."""


class ExportBar:
    """A row of buttons with their results: the pasted photo, the download and the link."""

    def __init__(
        self, services: Services, name: str, shown_edits: Callable[[Edits], Edits], *, in_photo: bool = False
    ) -> None:
        """`name` is the prefix of element ids; `shown_edits` returns the edits that the picture above shows.

        With `in_photo`, that picture follows the visitor's view; otherwise it is the generator's, unless a
        style is for the person alone.
        """
        self._in_photo = in_photo
        self._services = services
        self._shown_edits = shown_edits
        with gr.Row(elem_classes=["actions", "export"]):
            paste = gr.Button("Put into the photo", variant="primary")
            picture = gr.Button("Download PNG")
            before_after = gr.Button("Make a card")
            save = gr.Button("Save inversion")
            share = gr.Button("Share")
        self._pasted = gr.Image(
            label="In the photo",
            visible=False,
            interactive=False,
            type="filepath",
            buttons=["download", "fullscreen"],
            elem_id=f"{name}-pasted",
        )
        self._file = gr.DownloadButton(elem_classes="out-of-sight", elem_id=f"{name}-file")
        self._link = share_link(visible=False)
        with gr.Row(elem_classes="actions", visible=in_photo):
            apply = gr.Button("Apply, and edit another face", elem_id=f"{name}-apply")
        self.outputs = [self._pasted, self._link]
        """Components that `hide` updates."""
        download = f"() => document.querySelector('#{name}-file a, a#{name}-file, button#{name}-file')?.click()"
        paste.click(self.paste, None, self._pasted, **DRAWING).success(None, js=SHOW.format(place=f"#{name}-pasted"))
        picture.click(self.picture, None, self._file, **DRAWING).success(None, js=download)
        before_after.click(self.card, None, self._file, **DRAWING).success(None, js=download)
        save.click(self.save, None, self._file, **DRAWING).success(None, js=download)
        self.applied = apply.click(self.apply, None, None, **DRAWING)
        """The event that the change was applied to the photo."""
        share.click(self.share, None, self._link, **CHOOSING)

    def hide(self) -> Updates:
        """Hide the pasted photo and the link, since the picture has changed."""
        return {output: gr.update(visible=False) for output in self.outputs}

    @user_errors
    def paste(self, request: gr.Request) -> Iterator[Updates]:
        """Paste the picture into the photo, and show it."""
        session = self._services.session(request)
        inversion = session.step().inversion
        photo = self._services.photo_of(session, inversion)
        if photo is None:
            width, height = inversion.photo_size
            raise StudioError(
                "A saved inversion does not contain the photo: upload the one that it was made from, of "
                f"{width} x {height} pixels, and open the inversion again."
            )
        whole = self._view(session) is View.GENERATED
        editor = self._services.engine.photo_editor
        pixels = editor.paste(photo, inversion, self._edits(session), session.painted, whole=whole)
        with photo_file(pixels, without_exif(photo)) as path:
            yield {self._pasted: gr.update(value=path, visible=True)}

    @user_errors
    def apply(self, request: gr.Request) -> None:
        """Leave the change in the photo, and make room for the next one."""
        session = self._services.session(request)
        edits = self._edits(session)
        session.apply(session.change(edits, self._services.picture(session, edits, session.view.of_result)))

    @user_errors
    def picture(self, request: gr.Request) -> Iterator[Updates]:
        """Download the picture as PNG, with its recipe in the metadata."""
        session = self._services.session(request)
        recipe = recipe_of(session.step().inversion, self._edits(session), session.example)
        with picture_file(self._draw(session), recipe) as path:
            yield {self._file: path}

    @user_errors
    def card(self, request: gr.Request) -> Iterator[Updates]:
        """Download the photo and the picture side by side, with the names of the edits."""
        session = self._services.session(request)
        edits, step = self._edits(session), session.step()
        title = edits_title(edits, self._services.engine.directions[session.domain]) or "photo and inversion"
        sheet = card(decoded(session.aligned or step.picture), self._draw(session), f"{title}  |  {TITLE}")
        with card_file(sheet) as path:
            yield {self._file: path}

    @user_errors
    def save(self, request: gr.Request) -> Iterator[Updates]:
        """Download the inversion."""
        session = self._services.session(request)
        with inversion_file(session.step().inversion.scaled(session.edits.strength)) as path:
            yield {self._file: path}

    @user_errors
    def share(self, request: gr.Request) -> Updates:
        """Show a link to the picture, and a sentence on who can see it."""
        session = self._services.session(request)
        if session.example:
            recipe = recipe_of(session.step().inversion, self._edits(session), session.example)
            query, about = recipe.to_query(), text("share_example")
        else:
            query, about = urlencode({"visit": self._services.sessions.share(session)}), text("share_photo")
        return {self._link: gr.update(value=share_link_value(query, about), visible=True)}

    def _edits(self, session: Session) -> Edits:
        return self._shown_edits(session.edits)

    def _draw(self, session: Session) -> Pixels:
        return self._services.pixels(session, self._edits(session), self._view(session))

    def _view(self, session: Session) -> View:
        if self._in_photo:
            return session.view
        style = self._edits(session).style
        return View.PHOTO if style and style.person_alone else View.GENERATED
