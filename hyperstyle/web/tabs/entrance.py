"""What is inverted, and how: a photo, the part of it that is meant, and the way there."""

from pathlib import Path
from typing import Any

import gradio as gr

from hyperstyle.errors import StudioError
from hyperstyle.inversion.methods import methods_of, usual_method
from hyperstyle.photo.preparing import faces_in
from hyperstyle.photo.quads import Box, Quad, box_quad, face_quad, fitted_quad
from hyperstyle.photo.reading import read_photo
from hyperstyle.web.components.face_picker import face_picker, picked
from hyperstyle.web.components.photo_input import photo_input
from hyperstyle.web.events import CHOOSING
from hyperstyle.web.examples import METHOD, STEPS
from hyperstyle.web.pictures import SCREEN, jpeg, uri
from hyperstyle.web.studio import Studio
from hyperstyle.web.texts import text
from hyperstyle.web.visits import Visit
from hyperstyle.web.words import in_words

MOST_STEPS = 10
DRAWN_STEPS = METHOD.usual(drawn=True)
Update = dict[str, Any] | None


class Entrance:
    """The upper half of the first tab's left side."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        gr.Markdown(text("invert"), elem_classes="note")
        with gr.Column() as door:
            self.photo = photo_input()
        self.picker = face_picker(visible=False)
        hint = gr.Markdown(visible=False, elem_classes="note")
        with gr.Row(elem_classes="actions"):
            middle = gr.Button("Take the middle", size="sm", visible=False)
            self.another = gr.Button("Another photo", size="sm", visible=False)
        self.method = gr.Radio(label="Method", **self.offered(studio.engine.first))
        self.steps = gr.Slider(1, MOST_STEPS, STEPS, step=1, label="Refinement steps")
        self.go = gr.Button("Invert", variant="primary", interactive=False, elem_id="invert")
        self.turn = gr.Markdown(elem_classes="turn", elem_id="turn")
        self.shown = [self.photo, door, self.picker, hint, middle, self.another, self.go, self.steps]
        part = [self.picker, hint, self.go]
        self.picker.select(self.choose_face, None, part, **CHOOSING)
        self.picker.apply(self.draw_box, None, part, **CHOOSING)
        middle.click(self.take_middle, None, part, **CHOOSING)

    def offered(self, name: str, chosen: str = "") -> dict[str, Any]:
        """The methods of a domain whose every step can be shown, as choices; what was chosen stays, if it suits."""
        domain = self._studio.engine.domains[name]
        methods = {name: method for name, method in methods_of(domain).items() if 0 < method.steps <= MOST_STEPS}
        return {
            "choices": [(method.title, name) for name, method in methods.items()],
            "value": chosen if chosen in methods else usual_method(domain).name,
            "visible": len(methods) > 1,
        }

    def take(self, visit: Visit, photo: Path, steps: float) -> list[Update]:
        """Read a photo and find its faces; of so many steps, which change where the visitor did not choose them."""
        data = photo.read_bytes()
        pixels = read_photo(data).pixels
        visit.restart()
        visit.photo, visit.example, visit.quad, visit.aligned, visit.faces = data, None, None, None, ()
        visit.size = (pixels.shape[1], pixels.shape[0])
        finder = self._studio.engine.workshop(visit.domain).finder
        faces, visit.drawn = faces_in(pixels, finder) if finder else ([], False)
        visit.faces = tuple(faces)
        if visit.faces:
            visit.quad = face_quad(visit.faces[0].landmarks)
        elif not finder:
            visit.quad = self._fitted(visit)
        usual = gr.update(value=DRAWN_STEPS if visit.drawn else STEPS)
        return [*self.with_photo(visit)[:-1], usual if int(steps) in (STEPS, DRAWN_STEPS) else gr.skip()]

    @in_words
    def choose_face(self, event: gr.EventData, request: gr.Request) -> list[Update]:
        """Take the face that was clicked."""
        visit = self._studio.visit(request)
        index = int(event.index)
        if not 0 <= index < len(visit.faces):
            raise StudioError("That face is no longer there: upload the photo again.")
        visit.quad = face_quad(visit.faces[index].landmarks)
        return self._chosen(visit, index)

    @in_words
    def draw_box(self, event: gr.EventData, request: gr.Request) -> list[Update]:
        """Take the box that was drawn, given in shares of the photo."""
        visit = self._studio.visit(request)
        width, height = visit.size
        left, top, right, bottom = (float(number) for number in event.box)
        visit.quad = box_quad((left * width, top * height, right * width, bottom * height), self.aspect(visit))
        return self._chosen(visit, _around(visit.quad))

    @in_words
    def take_middle(self, request: gr.Request) -> list[Update]:
        """Take the middle of the photo."""
        visit = self._studio.visit(request)
        visit.quad = self._fitted(visit)
        return self._chosen(visit, _around(visit.quad))

    def aspect(self, visit: Visit) -> float:
        """Width divided by height of what the visitor's domain makes."""
        view = self._studio.engine.domains[visit.domain].view
        return view.width / view.height

    def with_photo(self, visit: Visit) -> list[Update]:
        """All that is shown, with the visitor's photo in it, of which a part can be chosen."""
        return [
            None,
            gr.update(visible=False),
            gr.update(visible=True, value=self._picked(visit, 0 if visit.faces else None)),
            gr.update(visible=True, value=_hint(visit)),
            gr.update(visible=True),
            gr.update(visible=True),
            gr.update(interactive=visit.quad is not None),
            gr.skip(),
        ]

    def with_example(self, visit: Visit) -> list[Update]:
        """The same with an example, of which no other part is offered."""
        return [
            None,
            gr.update(visible=False),
            gr.update(visible=True, value=self._picked(visit, None)),
            gr.update(visible=False),
            gr.update(visible=False),
            gr.update(visible=True),
            gr.update(interactive=False),
            gr.skip(),
        ]

    def empty(self) -> list[Update]:
        """The same without a photo."""
        return [
            None,
            gr.update(visible=True),
            gr.update(value=None, visible=False),
            *(gr.update(visible=False) for _ in range(3)),
            gr.update(interactive=False),
            gr.skip(),
        ]

    def _fitted(self, visit: Visit) -> Quad:
        return fitted_quad(*visit.size, self.aspect(visit))

    def _chosen(self, visit: Visit, chosen: int | Box) -> list[Update]:
        hint = "This part will be inverted." if isinstance(chosen, tuple) else _hint(visit)
        return [gr.update(value=self._picked(visit, chosen)), gr.update(value=hint), gr.update(interactive=True)]

    def _picked(self, visit: Visit, chosen: int | Box | None) -> Update:
        if visit.photo is None:
            raise StudioError("There is no photo any more: upload it again.")
        photo = uri(jpeg(read_photo(visit.photo).pixels, SCREEN))
        return picked(photo, visit.size, [face.box for face in visit.faces], chosen)


def _around(quad: Quad) -> Box:
    """The box around a part."""
    (left, top), (right, bottom) = quad.corners.min(axis=0).tolist(), quad.corners.max(axis=0).tolist()
    return left, top, right, bottom


def _hint(visit: Visit) -> str:
    """What to do with the photo."""
    return f"{_found(visit)} {text('drawn')}" if visit.drawn else _found(visit)


def _found(visit: Visit) -> str:
    """What was found in the photo, and what can be chosen."""
    count = len(visit.faces)
    if count > 1:
        return f"{count} faces: click the one you mean."
    if count == 1:
        return "One face was found. To take another part, draw a box."
    if visit.quad:
        return "The middle of the photo will be inverted. To take another part, draw a box."
    return (
        "No face was found (looked for faces turned to the camera, upright, at least 60 pixels wide): "
        "tap the face, draw a box around it, or take the middle."
    )
