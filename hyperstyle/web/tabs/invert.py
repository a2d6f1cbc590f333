"""From a photo to its inversion: choose the face, watch the steps, choose one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from hyperstyle.drawing import STRONGEST
from hyperstyle.errors import StudioError
from hyperstyle.inversion.methods import method_for, methods_of, usual_method
from hyperstyle.inversion.record import Inversion, StepRecord
from hyperstyle.photo.preparing import faces_in
from hyperstyle.photo.quads import Box, box_quad, face_quad, fitted_quad
from hyperstyle.photo.reading import read_photo
from hyperstyle.recipe import recipe_in
from hyperstyle.web.components.comparison import compared, comparison
from hyperstyle.web.components.face_picker import face_picker, picked
from hyperstyle.web.components.tiles import Tile, shown, tile_strip
from hyperstyle.web.engine import Taken
from hyperstyle.web.events import CHOOSING, EDITING, EXAMPLE, INVERTING
from hyperstyle.web.examples import METHOD, STEPS
from hyperstyle.web.pictures import SCREEN, jpeg, shrunk, uri
from hyperstyle.web.stopping import Stopping
from hyperstyle.web.studio import Studio
from hyperstyle.web.tabs.carrying import Carrying
from hyperstyle.web.texts import text
from hyperstyle.web.visits import Run, Shot, Visit
from hyperstyle.web.words import in_words

MOST_STEPS = 10
POLISH = 20
DRAWN_STEPS = METHOD.usual(drawn=True)
Update = dict[str, Any] | None


def photo_input() -> gr.Image:
    """An image to upload, of which handlers get the file as it came.

    Gradio would decode it first, whatever it is, and answer a file that is no picture with a path and a traceback. It
    makes a new component, without this, of one that gets an update: give it plain values alone.
    """
    photo = gr.Image(
        type="filepath",
        label="Your photo",
        sources=["upload", "webcam", "clipboard"],
        placeholder="# Choose a photo\nor drop one here",
        height=260,
        elem_classes="portrait-input",
    )
    photo.preprocess = lambda payload: payload and payload.path  # type: ignore[method-assign, assignment, return-value]
    return photo


def captions(record: StepRecord) -> tuple[str, ...]:
    """The figures of a step, a line each."""
    figures = record.figures
    identity = "no face found" if figures.identity is None else f"identity {figures.identity:.2f}"
    return identity, f"LPIPS {figures.lpips:.3f}", f"L2 {figures.l2:.3f}"


class InvertTab:
    """The first tab."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        examples = studio.examples
        with gr.Row(elem_classes="bench"):
            with gr.Column(scale=4, min_width=300):
                gr.Markdown(text("invert"), elem_classes="note")
                with gr.Column() as self.door:
                    self.photo = photo_input()
                self.picker = face_picker(visible=False)
                self.hint = gr.Markdown(visible=False, elem_classes="note")
                with gr.Row(elem_classes="actions"):
                    self.middle = gr.Button("Take the middle", size="sm", visible=False)
                    self.another = gr.Button("Another photo", size="sm", visible=False)
                self.method = gr.Radio(label="Method", **self.offered(studio.engine.first))
                self.steps = gr.Slider(1, MOST_STEPS, STEPS, step=1, label="Refinement steps")
                self.go = gr.Button("Invert", variant="primary", interactive=False, elem_id="invert")
                self.turn = gr.Markdown(elem_classes="turn", elem_id="turn")
                self.examples = tile_strip(
                    "Examples",
                    [
                        Tile(f"Example {i}", uri(shrunk(examples.photo(name))))
                        for i, name in enumerate(examples.names, 1)
                    ],
                    elem_classes="examples",
                    elem_id="examples",
                )
                self.saved = gr.UploadButton(
                    "Open a saved inversion", file_types=[".safetensors", ".png"], type="filepath", size="sm"
                )
            with gr.Column(scale=6, min_width=300, elem_classes="results"):
                self.result = comparison(text("invert_empty"), elem_id="result", elem_classes="comparison")
                self.status = gr.Markdown(elem_classes="status", elem_id="status")
                self.stopping = Stopping(studio, self.go, "stop")
                self.strip = tile_strip("Refinement steps", elem_classes="steps", elem_id="steps")
                with gr.Column(visible=False) as self.tools:
                    gr.Markdown(text("figures"), elem_classes="note")
                    with gr.Row():
                        self.strength = gr.Slider(
                            0,
                            STRONGEST,
                            1,
                            step=0.05,
                            label="Strength of the refinement",
                            info="less edits more freely",
                            min_width=240,
                        )
                        with gr.Column(min_width=240):
                            self.polish_steps = gr.Slider(
                                5, 60, POLISH, step=5, label="Polish steps", info="slow, and closer"
                            )
                            self.polish = gr.Button("Polish", size="sm", elem_id="polish")
                    self.carrying = Carrying(studio, "invert", edited=False)
        self.outcome = [self.result, self.strip, self.status, self.tools, self.strength, *self.carrying.shown]
        self._wire()

    def _wire(self) -> None:
        entrance = [self.photo, self.door, self.picker, self.hint, self.middle, self.another, self.go, self.steps]
        looked_at = [self.photo, self.steps]
        self.photo.change(  # a picture that is pasted is no input to Gradio, only a change
            self.look, looked_at, [*entrance, *self.outcome], api_visibility="private", concurrency_limit=2
        )
        self.another.click(self.clear, None, [*entrance, *self.outcome], **CHOOSING)
        self.picker.select(self.choose_face, None, [self.picker, self.hint, self.go], **CHOOSING)
        self.picker.apply(self.draw_box, None, [self.picker, self.hint, self.go], **CHOOSING)
        self.middle.click(self.take_middle, None, [self.picker, self.hint, self.go], **CHOOSING)
        running: dict[str, Any] = {
            "inputs": [self.method, self.steps],
            "outputs": [*self.outcome, *self.stopping.both],
            **INVERTING,
        }
        self.stopping.after(self.go.click(self.invert, **running, show_progress_on=self.turn))
        polishing = self.polish.click(
            self.polish_on, **(running | {"inputs": self.polish_steps}), show_progress_on=self.status
        )
        self.stopping.after(polishing)
        self.strip.select(self.choose_step, None, self.outcome, **EDITING)
        self.strength.input(self.weigh, self.strength, [self.result], trigger_mode="always_last", **EDITING)
        picked_example = self.examples.select(self.show_example, None, [*entrance, *self.outcome], **CHOOSING)
        picked_example.success(self.settle, None, [*self.outcome, self.go], **EXAMPLE, show_progress_on=self.status)
        opened = self.saved.upload(self.open, self.saved, [*entrance, *self.outcome], **EDITING)
        self.arrivals = [picked_example, opened]
        """Events after which the visitor may be in another domain."""
        self.entrance = entrance

    def offered(self, name: str, chosen: str = "") -> dict[str, Any]:
        """The methods of a domain whose every step can be shown, as choices; what was chosen stays, if it suits."""
        domain = self._studio.engine.domains[name]
        methods = {name: method for name, method in methods_of(domain).items() if 0 < method.steps <= MOST_STEPS}
        return {
            "choices": [(method.title, name) for name, method in methods.items()],
            "value": chosen if chosen in methods else usual_method(domain).name,
            "visible": len(methods) > 1,
        }

    # --- the photo --------------------------------------------------------------------------------------------------

    @in_words
    def look(self, photo: str | None, steps: float, request: gr.Request) -> list[Update]:
        """Read a photo and find its faces; where there is none, it was taken out of the way."""
        visit = self._studio.visit(request)
        if photo is None:
            return [gr.skip() for _ in (*self.entrance, *self.outcome)]
        data = Path(photo).read_bytes()
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
        return [*self._entered(visit, steps), *self._nothing()]

    @in_words
    def clear(self, request: gr.Request) -> list[Update]:
        """Make room for another photo."""
        visit = self._studio.visit(request)
        visit.restart()
        visit.photo = visit.example = visit.quad = visit.aligned = None
        return [
            None,
            gr.update(visible=True),
            gr.update(value=None, visible=False),
            *(gr.update(visible=False) for _ in range(3)),
            gr.update(interactive=False),
            gr.skip(),
            *self._nothing(),
        ]

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
        box = (left * width, top * height, right * width, bottom * height)
        visit.quad = box_quad(box, self._aspect(visit))
        return self._chosen(visit, _around(visit))

    @in_words
    def take_middle(self, request: gr.Request) -> list[Update]:
        """Take the middle of the photo."""
        visit = self._studio.visit(request)
        visit.quad = self._fitted(visit)
        return self._chosen(visit, _around(visit))

    def _aspect(self, visit: Visit) -> float:
        view = self._studio.engine.domains[visit.domain].view
        return view.width / view.height

    def _fitted(self, visit: Visit) -> Any:  # noqa: ANN401
        return fitted_quad(*visit.size, self._aspect(visit))

    def _entered(self, visit: Visit, steps: float = 0) -> list[Update]:
        """The entrance with a photo in it; of so many steps, which change where the visitor did not choose them."""
        usual = gr.update(value=DRAWN_STEPS if visit.drawn else STEPS)
        return [
            None,
            gr.update(visible=False),
            gr.update(visible=True, value=self._picked(visit, 0 if visit.faces else None)),
            gr.update(visible=True, value=_hint(visit)),
            gr.update(visible=True),
            gr.update(visible=True),
            gr.update(interactive=visit.quad is not None),
            usual if int(steps) in (STEPS, DRAWN_STEPS) else gr.skip(),
        ]

    def _chosen(self, visit: Visit, chosen: int | Box | None) -> list[Update]:
        hint = "This part will be inverted." if isinstance(chosen, tuple) else _hint(visit)
        return [gr.update(value=self._picked(visit, chosen)), gr.update(value=hint), gr.update(interactive=True)]

    def _picked(self, visit: Visit, chosen: int | Box | None) -> Update:
        if visit.photo is None:
            raise StudioError("There is no photo any more: upload it again.")
        photo = uri(jpeg(read_photo(visit.photo).pixels, SCREEN))
        return picked(photo, visit.size, [face.box for face in visit.faces], chosen)

    # --- the steps --------------------------------------------------------------------------------------------------

    @in_words
    def invert(self, name: str, steps: float, request: gr.Request) -> Iterator[list[Update]]:
        """Invert, and show every step when it is made."""
        visit = self._studio.visit(request)
        method = method_for(self._studio.engine.domains[visit.domain], name)
        prepared = visit.prepared()
        visit.restart()
        visit.example = None
        visit.aligned = None
        count = method.limited(min(max(int(steps), 1), MOST_STEPS))
        if method.brings or not self._studio.engine.ready(visit.domain):
            yield [*self.outcome_of(visit, "The models are being opened..."), *self.stopping.busy(True)]
        taken = self._studio.engine.invert(visit.domain, prepared, method, count)
        height, width = 1024, round(1024 * self._aspect(visit))
        visit.aligned = jpeg(prepared.crop(height, width))
        yield [*self.outcome_of(visit, "Looking for the first picture...", count), *self.stopping.busy(True)]
        yield from self._follow(visit, taken, count)

    @in_words
    def polish_on(self, steps: float, request: gr.Request) -> Iterator[list[Update]]:
        """Polish the chosen step; all its steps share one tile."""
        visit = self._studio.visit(request)
        prepared, start = visit.prepared(), visit.inversion()
        count = int(steps)
        visit.shots = visit.shots[: visit.chosen + 1] if visit.chosen >= 0 else visit.shots
        visit.strength = 1.0
        yield [*self.outcome_of(visit, f"Polishing: 0 of {count}"), *self.stopping.busy(True)]
        run = visit.run = Run()
        kept = list(visit.shots)
        for index, taken in enumerate(self._studio.engine.polish(visit.domain, prepared, start, count), 1):
            if visit.run is not run:
                return
            visit.shots = [*kept, Shot(taken.inversion, jpeg(taken.pixels), polished=True)]
            visit.chosen = len(kept)
            if run.stopped:
                break
            yield [*self.outcome_of(visit, f"Polishing: {index} of {count}"), *self.stopping.busy(True)]
        yield [*self.outcome_of(visit, _ending(run)), *self.stopping.busy(False)]

    def _follow(self, visit: Visit, steps: Iterator[Taken], count: int) -> Iterator[list[Update]]:
        """Show steps as they come, until they end or the visitor has enough."""
        run = visit.run = Run()
        for taken in steps:
            if visit.run is not run:
                return
            visit.shots.append(Shot(taken.inversion, jpeg(taken.pixels)))
            visit.chosen = len(visit.shots) - 1
            if run.stopped:
                break
            yield [*self.outcome_of(visit, f"Step {visit.chosen} of {count}", count), *self.stopping.busy(True)]
        yield [*self.outcome_of(visit, _ending(run)), *self.stopping.busy(False)]

    @in_words
    def choose_step(self, event: gr.EventData, request: gr.Request) -> list[Update]:
        """Go on with the step that was clicked; the first tile is the photo itself."""
        visit = self._studio.visit(request)
        index = int(event.index) - (visit.aligned is not None)
        if 0 <= index < len(visit.shots):
            visit.chosen = index
        return self.outcome_of(visit, f"You go on with {_title(visit.shot()).lower()}." if visit.shots else "")

    @in_words
    def weigh(self, strength: float, request: gr.Request) -> Update:
        """Draw the chosen step with more or less of its offsets."""
        visit = self._studio.visit(request)
        visit.shot()
        visit.strength = min(max(float(strength), 0), STRONGEST)
        return gr.update(value=self._compared(visit))

    # --- examples and files -----------------------------------------------------------------------------------------

    @in_words
    def show_example(self, event: gr.EventData, request: gr.Request) -> list[Update]:
        """Show what was made of an example beforehand."""
        return self.example(self._studio.examples.names[int(event.index)], request)

    def example(self, name: str, request: gr.Request) -> list[Update]:
        """An example's photo and pictures, at once."""
        examples, visit = self._studio.examples, self._studio.visit(request)
        if name not in examples.names:
            raise StudioError(f"There is no example of that name: there are {', '.join(examples.names)}.")
        visit.restart()
        visit.domain, visit.example, visit.photo, visit.quad = (
            self._studio.engine.first,
            name,
            examples.photo(name),
            None,
        )
        pixels = read_photo(visit.photo).pixels
        visit.size, visit.faces = (pixels.shape[1], pixels.shape[0]), ()
        entrance = [
            None,
            gr.update(visible=False),
            gr.update(visible=True, value=self._picked(visit, None)),
            gr.update(visible=False),
            gr.update(visible=False),
            gr.update(visible=True),
            gr.update(interactive=False),
            gr.skip(),
        ]
        made = examples.made(name)
        if made is None:
            return [*entrance, *self._nothing()]
        tiles = [Tile("Your photo", uri(shrunk(made.aligned)))]
        tiles += [
            Tile(_name(record.index), uri(shrunk(picture)), captions(record))
            for record, picture in zip(made.records, made.pictures, strict=True)
        ]
        value = compared(uri(made.pictures[-1]), uri(made.aligned), _name(made.records[-1].index))
        return [
            *entrance,
            gr.update(value=value),
            gr.update(value=shown(tiles, len(tiles) - 1)),
            gr.update(value="Made beforehand; the full size follows."),
            gr.update(visible=False),
            gr.update(value=1),
            *self.carrying.hide(),
        ]

    @in_words
    def settle(self, request: gr.Request) -> list[Update]:
        """Make of the example what its pictures show, once for all visitors."""
        visit = self._studio.visit(request)
        name = visit.example
        kept = self._studio.kept(name) if name else None
        if kept is None or visit.example != name:  # another photo was chosen meanwhile
            return [gr.skip() for _ in (*self.outcome, self.go)]
        visit.faces, visit.quad, visit.aligned = kept.faces, kept.quad, kept.aligned
        visit.shots, visit.chosen = list(kept.shots), len(kept.shots) - 1
        return [*self.outcome_of(visit, "Ready to be edited."), gr.update(interactive=True)]

    @in_words
    def open(self, saved: str | None, request: gr.Request) -> list[Update]:
        """Open a saved inversion; a picture is told apart and explained."""
        if saved is None:
            raise StudioError("Choose the file of an inversion first.")
        path = Path(saved)
        if path.suffix.lower() == ".png":
            recipe = recipe_in(path)
            about = f" It was made with {recipe.in_words()}." if recipe else ""
            raise StudioError(
                f"This is a picture, and a picture holds no inversion.{about} Open the inversion.safetensors that was "
                "saved with it, or upload the picture as a photo."
            )
        inversion = Inversion.open(path)
        engine, visit = self._studio.engine, self._studio.visit(request)
        pixels = engine.draw(inversion)
        matches = visit.photo is not None and visit.size == inversion.photo_size
        visit.restart()
        visit.domain, visit.example, visit.quad = inversion.domain, None, inversion.quad
        if not matches:
            visit.photo, visit.faces, visit.aligned = None, (), None
        else:
            visit.aligned = jpeg(visit.prepared().crop(*pixels.shape[:2]))
        visit.shots, visit.chosen = [Shot(inversion, jpeg(pixels))], 0
        entrance = self._entered(visit) if matches else self._empty()
        return [*entrance, *self.outcome_of(visit, "Opened.")]

    def _empty(self) -> list[Update]:
        """The entrance without a photo."""
        return [
            None,
            gr.update(visible=True),
            *(gr.update(visible=False) for _ in range(4)),
            gr.update(interactive=False),
            gr.skip(),
        ]

    # --- what is shown ----------------------------------------------------------------------------------------------

    def present(self, visit: Visit, status: str) -> list[Update]:
        """Entrance and outcome for a visit that came from elsewhere."""
        entrance = self._entered(visit) if visit.photo else self._empty()
        return [*entrance, *self.outcome_of(visit, status)]

    def _nothing(self) -> list[Update]:
        """The outcome before there is any."""
        empty = [gr.update(value=None), gr.update(value=None), gr.update(value=""), gr.update(visible=False)]
        return [*empty, gr.update(value=1), *self.carrying.hide()]

    def outcome_of(self, visit: Visit, status: str, expected: int | None = None) -> list[Update]:
        """All that shows what was made; tiles that are still expected are shown empty."""
        tiles = [Tile("Your photo", uri(shrunk(visit.aligned)))] if visit.aligned else []
        before = len(tiles)
        tiles += [
            Tile(_title(shot), uri(shrunk(shot.picture)), captions(shot.inversion.steps[-1])) for shot in visit.shots
        ]
        if expected is not None:
            tiles += [Tile(_name(index), None) for index in range(len(visit.shots), expected + 1)]
        return [
            gr.update(value=self._compared(visit)),
            gr.update(value=shown(tiles, visit.chosen + before if visit.shots else None)),
            gr.update(value=status),
            gr.update(visible=bool(visit.shots)),
            gr.update(value=visit.strength),
            *self.carrying.hide(),
        ]

    def _compared(self, visit: Visit) -> dict[str, str | None] | None:
        """The chosen step beside the photo."""
        before = uri(visit.aligned) if visit.aligned else None
        if not visit.shots:
            return compared(before, None, "Your photo, aligned") if before else None
        shot = visit.shot()
        usual = visit.strength == 1
        picture = shot.picture if usual else jpeg(self._studio.engine.draw(visit.inversion()))
        return compared(uri(picture), before, _title(shot))


def _name(index: int) -> str:
    return "First guess" if index == 0 else f"Step {index}"


def _title(shot: Shot) -> str:
    return "Polished" if shot.polished else _name(shot.inversion.steps[-1].index)


def _ending(run: Run) -> str:
    return "Stopped; what is there is kept." if run.stopped else "Done."


def _around(visit: Visit) -> Box:
    """The box around what was taken."""
    assert visit.quad is not None
    corners = visit.quad.corners
    (left, top), (right, bottom) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
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
