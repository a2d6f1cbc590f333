"""The Edit tab: sliders along the domain's directions, and films along one of them."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace

import gradio as gr
import numpy as np
from PIL import Image

from hyperstyle.editing.directions import MAX_AMOUNT
from hyperstyle.editing.edits import Edits
from hyperstyle.errors import StudioError
from hyperstyle.photo.reading import Photo, Pixels
from hyperstyle.photo.saving import save_photo
from hyperstyle.photo.video import save_video, strip, there_and_back
from hyperstyle.web.components.before_after import before_after, before_after_value
from hyperstyle.web.components.live_preview import live_preview
from hyperstyle.web.events import EDITING, Updates
from hyperstyle.web.files import temporary_file
from hyperstyle.web.inline_images import uri
from hyperstyle.web.services import Services
from hyperstyle.web.sessions import Session
from hyperstyle.web.tabs.everyone import Everyone
from hyperstyle.web.tabs.export_bar import ExportBar
from hyperstyle.web.tabs.keep_panel import KeepPanel
from hyperstyle.web.texts import text
from hyperstyle.web.user_errors import user_errors
from hyperstyle.web.views import view_choice, view_update

FILM_SIDE = 512
FILM_PICTURES = 21  # one way
STRIP_SIDE = 384
STRIP_PICTURES = 5
KINDS = {"Strip of pictures": ".jpg", "Film (MP4)": ".mp4", "Film (GIF)": ".gif"}


def shown_edits(edits: Edits) -> Edits:
    """Return the edits that the pictures of this tab show: directions and strength."""
    return replace(edits, text=None, style=None)


class EditTab:
    """The sliders of each domain, and the edited picture."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._groups: dict[str, gr.Column] = {}
        self._live: dict[str, gr.HTML] = {}
        self._sliders: dict[str, dict[str, gr.Slider]] = {}
        """Name of a domain -> name of a direction -> its slider."""
        first = services.engine.first
        with gr.Row(elem_classes=["bench", "editing"]):
            with gr.Column(elem_classes="inputs"):
                gr.Markdown(text("edit"), elem_classes="note")
                for domain in services.engine.directions:
                    with gr.Column(visible=domain == first, elem_classes="sliders") as self._groups[domain]:
                        self._live[domain] = live_preview(self.preview, self.draw_at_once)
                        self._sliders[domain] = self._group(domain)
                with gr.Row(elem_classes="actions"):
                    self._undo = gr.Button("Undo", size="sm", elem_id="undo")
                    self._redo = gr.Button("Redo", size="sm", elem_id="redo")
                    self._reset = gr.Button("All sliders to zero", size="sm")
                self._keep = KeepPanel(services, "edit")
                with gr.Accordion("A film along one slider", open=False):
                    self._along = gr.Dropdown(self._titles(first), label="Slider")
                    self._kind = gr.Radio(list(KINDS), value=next(iter(KINDS)), label="Kind")
                    self._make = gr.Button("Make it")
                    self._video = gr.Video(visible=False, loop=True, autoplay=True, label="Film", buttons=["download"])
                    self._still = gr.Image(
                        visible=False, type="filepath", label="Strip", buttons=["download", "fullscreen"]
                    )
            with gr.Column(elem_classes="results"):
                self._result = before_after(text("nothing_yet"), elem_id="edited", elem_classes="comparison")
                self._view = view_choice("edit")
                self._export_bar = ExportBar(services, "edit", shown_edits, in_photo=True)
                self._everyone = Everyone(services, shown_edits)
        self._picture = [self._result, *self._export_bar.outputs]
        self.sliders = {slider for group in self._sliders.values() for slider in group.values()}
        self.applied = (self._export_bar.applied, self._everyone.applied)
        self.prepared = list(self._live.values())
        self.outputs = [
            self._view,
            *self._keep.outputs,
            *self._picture,
            *self._groups.values(),
            *self.sliders,
            self._along,
        ]
        self._wire()

    def _group(self, domain: str) -> dict[str, gr.Slider]:
        return {
            name: gr.Slider(
                -MAX_AMOUNT,
                MAX_AMOUNT,
                0,
                step=0.1,
                label=direction.title,
                info=f"{direction.less} ↔ {direction.more}",
                elem_id=f"edit-{domain}-{name}",
            )
            for name, direction in self._services.engine.directions[domain].items()
        }

    def _wire(self) -> None:
        for domain, group in self._sliders.items():
            if group:
                self._live[domain].settle(self.draw, set(group.values()), self._picture, **EDITING)
        self._view.input(self.choose_view, self._view, self._picture, **EDITING)
        self._keep.redraw_with(self._show_painted, [self._view, *self._picture])
        for button, handler in ((self._reset, self.reset), (self._undo, self.undo), (self._redo, self.redo)):
            button.click(handler, None, self.outputs, **EDITING)
        self._make.click(
            self.make_film,
            [self._along, self._kind],
            [self._video, self._still],
            api_visibility="private",
            concurrency_id="film",
            concurrency_limit=1,
        )

    @user_errors
    def draw(self, values: Mapping[gr.Slider, float], request: gr.Request) -> Updates:
        """Draw the picture at the values of a domain's sliders; an example is inverted first if need be."""
        session = self._services.session(request)
        self._services.add_example(session)
        session.set_amounts(self._amounts(session, {str(slider.elem_id): value for slider, value in values.items()}))
        return self._show_picture(session)

    def preview(self, visitor: str, values: Mapping[str, float]) -> bytes | None:
        """Draw a quick preview at the values of sliders, by element ids; None if `draw` has come to these meanwhile."""
        session = self._services.sessions.of(visitor)
        drawn, edits = session.edits, session.edits_at(self._amounts(session, values))
        if edits == drawn or not session.steps:
            return None
        picture = self._services.preview(session, shown_edits(edits), session.view)
        return picture if session.edits is drawn else None

    def draw_at_once(self, visitor: str, values: Mapping[str, float]) -> bytes:
        """Draw the picture at the values of sliders, by element ids; `draw` then finds it in the session."""
        session = self._services.sessions.of(visitor)
        session.set_amounts(self._amounts(session, values))
        return self._services.picture(session, shown_edits(session.edits), session.view)

    def prepare(self, request: gr.Request) -> Updates:
        """Let previews be asked for; draw a first one, which takes longer than the others."""
        session = self._services.session(request)
        if not (self._services.engine.has_previews and self._sliders[session.domain]):
            return gr.skip()
        if session.steps:
            with suppress(StudioError):  # the inversion was taken away meanwhile
                self._services.preview(session, shown_edits(session.edits), session.view)
        return {self._live[session.domain]: request.session_hash}

    def _amounts(self, session: Session, values: Mapping[str, float]) -> dict[str, float]:
        """Return the values, by element ids, of the sliders of a session's domain, by the names of their directions."""
        names = {slider.elem_id: name for name, slider in self._sliders[session.domain].items()}
        return {names[place]: value for place, value in values.items() if place in names}

    @user_errors
    def choose_view(self, view: str, request: gr.Request) -> Updates:
        """Show the picture in the other view."""
        session = self._services.session(request)
        session.choose_view(view)
        return self._show_picture(session)

    @user_errors
    def reset(self, request: gr.Request) -> Updates:
        """Move all sliders back to zero."""
        session = self._services.session(request)
        session.reset_amounts()
        return self.show(session)

    @user_errors
    def undo(self, request: gr.Request) -> Updates:
        """Undo the last move of a slider."""
        session = self._services.session(request)
        session.undo_move()
        return self.show(session)

    @user_errors
    def redo(self, request: gr.Request) -> Updates:
        """Make the move again that was undone last."""
        session = self._services.session(request)
        session.redo_move()
        return self.show(session)

    @user_errors
    def open(self, values: Mapping[gr.Slider, float], request: gr.Request) -> Updates:
        """Show the visitor's session; `values` are the page's. A slider that stands right may be moving, and stays."""
        session = self._services.session(request)
        sliders = {slider: at for slider, at in self._show_sliders(session).items() if values[slider] != at}
        return {**self._show_choices(session), **self._show_picture(session), **sliders}

    @user_errors
    def open_inverted(self, request: gr.Request) -> Updates:
        """Show the example that was inverted, and its picture where it has no edits yet; sliders may be moving."""
        session = self._services.session(request)
        picture = {} if session.edits.amounts else self._show_picture(session)
        return {**self._show_choices(session), **picture}

    def show(self, session: Session) -> Updates:
        """Return the updates that show a session: picture, sliders and choices."""
        return {**self._show_choices(session), **self._show_picture(session), **self._show_sliders(session)}

    def _show_sliders(self, session: Session) -> Updates:
        amounts = session.edits.amounts
        return {slider: amounts.get(name, 0) for name, slider in self._sliders[session.domain].items()}

    def _show_choices(self, session: Session) -> Updates:
        """Return the updates that show what a session can choose from: views, parts to keep, sliders and films."""
        titles = self._titles(session.domain)
        return {
            **self._show_view(session),
            **self._keep.show(session),
            **{group: gr.update(visible=domain == session.domain) for domain, group in self._groups.items()},
            self._along: gr.update(choices=titles, value=titles[0][1] if titles else None),
        }

    def _show_view(self, session: Session) -> Updates:
        return {self._view: view_update(session.view, has_photo=session.aligned is not None)}

    def _show_painted(self, session: Session) -> Updates:
        """Return the updates that show the picture after a stroke, and the view that it is in."""
        return {**self._show_view(session), **self._show_picture(session)}

    def _show_picture(self, session: Session) -> Updates:
        return {self._result: self._beside_photo(session) if session.steps else None, **self._export_bar.hide()}

    def _beside_photo(self, session: Session) -> dict[str, str | None]:
        """Return the edited picture beside the photo, or beside the picture without edits if there is no photo."""
        edits, step = shown_edits(session.edits), session.step()
        picture = self._services.picture(session, edits, session.view)
        if session.aligned:
            return before_after_value(uri(picture), uri(session.aligned), "Edited")
        before = None if edits == Edits() else uri(step.picture)
        return before_after_value(uri(picture), before, "Edited", "Before")

    @user_errors
    def make_film(self, name: str | None, kind: str, request: gr.Request) -> Iterator[Updates]:
        """Draw a strip or a film along one direction, on top of the other edits."""
        session, engine = self._services.session(request), self._services.engine
        inversion = session.step().inversion
        if name is None or name not in engine.directions[inversion.domain] or kind not in KINDS:
            raise StudioError("Choose a slider and a kind first.")
        still = KINDS[kind] == ".jpg"
        count, side = (STRIP_PICTURES, STRIP_SIDE) if still else (FILM_PICTURES, FILM_SIDE)
        amounts = np.linspace(-MAX_AMOUNT, MAX_AMOUNT, count).tolist()
        pictures: list[Pixels] = []
        progress = gr.Progress()
        edits, view = shown_edits(session.edits), session.view
        for drawn in engine.sweep(inversion, name, amounts, edits):
            pictures.append(_smaller(self._services.in_view(session, edits, drawn, view, side), side))
            progress((len(pictures), count), desc="Drawing")
        with temporary_file(f"{name}{KINDS[kind]}") as path:
            if still:
                row = strip(pictures)
                save_photo(path, row, Photo(row))
            else:
                save_video(path, there_and_back(pictures))
            film = path.suffix == ".mp4"
            yield {
                self._video: gr.update(value=str(path) if film else None, visible=film),
                self._still: gr.update(value=None if film else str(path), visible=not film),
            }

    def _titles(self, domain: str) -> list[tuple[str, str]]:
        """Return the choices of a `gr.Dropdown` of a domain's directions."""
        return [(direction.title, name) for name, direction in self._services.engine.directions[domain].items()]


def _smaller(pixels: Pixels, side: int) -> Pixels:
    """Shrink a picture so that its longer side is at most `side` and both sides are even, as films need them."""
    image = Image.fromarray(pixels)
    image.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=3.0)
    width, height = image.width // 2 * 2, image.height // 2 * 2
    return np.asarray(image)[:height, :width]
