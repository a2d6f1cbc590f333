"""The inputs of an inversion: a photo, the part of it to invert, the method and the number of steps."""

from pathlib import Path
from typing import Any

import gradio as gr

from hyperstyle.inversion.methods import default_method, methods_of
from hyperstyle.photo.quads import Box, Quad, box_quad, fitted_quad
from hyperstyle.photo.reading import Photo, read_photo
from hyperstyle.web.components.face_picker import face_picker, face_picker_value
from hyperstyle.web.components.photo_input import photo_input
from hyperstyle.web.components.tile_strip import Tile, tile_strip
from hyperstyle.web.events import CHOOSING, Updates
from hyperstyle.web.examples import DRAWING_STEPS, STEPS
from hyperstyle.web.inline_images import SCREEN, jpeg, shrunk, uri
from hyperstyle.web.services import Services
from hyperstyle.web.sessions import Session
from hyperstyle.web.tabs.changes_panel import ChangesPanel
from hyperstyle.web.texts import text
from hyperstyle.web.user_errors import user_errors

MAX_STEPS = 10


class InputPanel:
    """The upper part of the Invert tab's left side."""

    def __init__(self, services: Services) -> None:
        self._services = services
        with gr.Column() as self._upload:
            self.photo = photo_input()
        self._picker = face_picker(visible=False)
        self._hint = gr.Markdown(visible=False, elem_classes="note")
        with gr.Row(elem_classes="actions"):
            self._middle = gr.Button("Take the middle", size="sm", visible=False)
            self.another = gr.Button("Another photo", size="sm", visible=False)
        photos = [uri(shrunk(services.examples.photo(name))) for name in services.example_names]
        self.examples = tile_strip(
            "Or click an example",
            [Tile(f"Example {number}", photo) for number, photo in enumerate(photos, 1)],
            elem_classes="examples",
            elem_id="examples",
        )
        with gr.Column(elem_classes="settings"):
            self.method = gr.Radio(label="Method", **self.method_choice(services.engine.first))
            self.steps = gr.Slider(1, MAX_STEPS, STEPS, step=1, label="Refinement steps")
            self.at_once = gr.Checkbox(value=True, label="Start at once when one face is found", elem_id="at-once")
            self.go = gr.Button("Invert", variant="primary", interactive=False, elem_id="invert")
            self.place_in_queue = gr.Markdown(elem_classes="turn", elem_id="turn")
            self.saved = gr.UploadButton(
                "Open a saved inversion, with or without its PNG",
                file_count="multiple",
                file_types=[".safetensors", ".png"],
                type="filepath",
                size="sm",
            )
        part = [self._picker, self._hint, self.go]
        self.changes = ChangesPanel()
        self.outputs = [*self.changes.outputs, self.photo, self._upload, self._middle, self.another, self.steps, *part]
        self._picker.select(self.choose_face, None, part, **CHOOSING)
        self._picker.apply(self.draw_box, None, part, **CHOOSING)
        self._middle.click(self.take_middle, None, part, **CHOOSING)

    def method_choice(self, domain_name: str, chosen: str = "") -> dict[str, Any]:
        """Return the arguments of a `gr.Radio` of a domain's methods up to `MAX_STEPS`; `chosen` stays if it suits."""
        domain = self._services.engine.domains[domain_name]
        methods = {name: method for name, method in methods_of(domain).items() if 0 < method.steps <= MAX_STEPS}
        return {
            "choices": [(method.title, name) for name, method in methods.items()],
            "value": chosen if chosen in methods else default_method(domain).name,
            "visible": len(methods) > 1,
        }

    def take(self, session: Session, path: Path, steps: float) -> Updates:
        """Read a photo and find its faces; a default number of `steps` becomes that of photos or of drawings."""
        data = path.read_bytes()
        photo = read_photo(data)
        session.clear_photo()
        inverter = self._services.engine.inverter(session.domain)
        faces, is_drawing = inverter.find_faces(photo.pixels)
        height, width = photo.pixels.shape[:2]
        quad = None
        if faces:
            quad = faces[0].quad
        elif not inverter.domain.faces:
            quad = fitted_quad(width, height, self._aspect(session))
        session.take_photo(self._services.keep_photo(data), (width, height), tuple(faces), quad, is_drawing=is_drawing)
        updates = self.with_photo(session, photo)
        if int(steps) in (STEPS, DRAWING_STEPS):
            updates[self.steps] = DRAWING_STEPS if is_drawing else STEPS
        return updates

    @user_errors
    def choose_face(self, event: gr.EventData, request: gr.Request) -> Updates:
        """Choose the face that was clicked."""
        session = self._services.session(request)
        session.choose_face(int(event.index))
        photo = self._services.photo(session)
        return self._with_part(session, photo, int(event.index), self._hint_about(session, photo))

    @user_errors
    def draw_box(self, event: gr.EventData, request: gr.Request) -> Updates:
        """Choose the box that was drawn, given in fractions of the photo's width and height."""
        session = self._services.session(request)
        width, height = session.photo_size
        left, top, right, bottom = (float(number) for number in event.box)
        box = (left * width, top * height, right * width, bottom * height)
        return self._choose_part(session, box_quad(box, self._aspect(session)))

    @user_errors
    def take_middle(self, request: gr.Request) -> Updates:
        """Choose the middle of the photo."""
        session = self._services.session(request)
        return self._choose_part(session, fitted_quad(*session.photo_size, self._aspect(session)))

    def with_photo(self, session: Session, photo: Photo | None = None) -> Updates:
        """Return the updates that show the session's photo, on which another part can be chosen.

        Pass `photo` where it was read before: a large one takes a tenth of a second.
        """
        photo = photo or self._services.photo(session)
        return {
            **self._show(photo=self._picked(session, photo, 0 if session.faces and session.quad else None)),
            **self.changes.show(session),
            self._hint: gr.update(visible=True, value=self._hint_about(session, photo)),
            self._middle: gr.update(visible=True),
            self.go: gr.update(interactive=session.quad is not None),
        }

    def with_example(self, session: Session) -> Updates:
        """Return the updates that show an example, on which no other part can be chosen."""
        return self._show(photo=self._picked(session, self._services.photo(session), None))

    def empty(self) -> Updates:
        """Return the updates that empty the panel."""
        return self._show(photo=None)

    def _show(self, photo: dict[str, Any] | None) -> Updates:
        """Return the updates that show a photo, given as a value of the face picker, or the upload."""
        return {
            **{output: gr.update(visible=False) for output in self.changes.outputs},
            self.photo: None,
            self._upload: gr.update(visible=photo is None),
            self._picker: gr.update(value=photo, visible=photo is not None),
            self._hint: gr.update(visible=False),
            self._middle: gr.update(visible=False),
            self.another: gr.update(visible=photo is not None),
            self.go: gr.update(interactive=False),
        }

    def _choose_part(self, session: Session, quad: Quad) -> Updates:
        session.choose_part(quad)
        (left, top), (right, bottom) = quad.corners.min(axis=0).tolist(), quad.corners.max(axis=0).tolist()
        photo = self._services.photo(session)
        return self._with_part(session, photo, (left, top, right, bottom), "This part will be inverted.")

    def _with_part(self, session: Session, photo: Photo, chosen: int | Box, hint: str) -> Updates:
        return {
            self._picker: gr.update(value=self._picked(session, photo, chosen)),
            self._hint: gr.update(value=hint),
            self.go: gr.update(interactive=True),
        }

    def _hint_about(self, session: Session, photo: Photo) -> str:
        """Return what was found in the photo, and what will be hard about the chosen face."""
        advice = self._services.crop(session, photo).advice() if session.quad else []
        return " ".join([_hint(session), *advice])

    def _picked(self, session: Session, photo: Photo, chosen: int | Box | None) -> dict[str, Any]:
        shown = uri(jpeg(photo.pixels, SCREEN))
        return face_picker_value(shown, session.photo_size, [face.box for face in session.faces], chosen)

    def _aspect(self, session: Session) -> float:
        """Return width / height of the pictures of the session's domain."""
        view = self._services.engine.domains[session.domain].view
        return view.width / view.height


def _hint(session: Session) -> str:
    """Return a sentence about the faces that were found and the parts that can be chosen."""
    return f"{_found(session)} {text('drawing')}" if session.is_drawing else _found(session)


def _found(session: Session) -> str:
    count = len(session.faces)
    if count > 1:
        return f"{count} faces: click the one you mean."
    if count == 1:
        return "One face was found. To take another part, draw a box."
    if session.quad:
        return "The middle of the photo will be inverted. To take another part, draw a box."
    return (
        "No face was found (looked for faces turned to the camera, upright, at least 60 pixels wide): "
        "tap the face, draw a box around it, or take the middle."
    )
