"""The page."""

from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

import gradio as gr
import numpy as np
from numpy.typing import NDArray

from hyperstyle.domains import DOMAINS
from hyperstyle.errors import StudioError
from hyperstyle.photo.alignment import align
from hyperstyle.photo.faces import FaceFinder, choose_face
from hyperstyle.photo.quads import face_quad
from hyperstyle.photo.reading import read_photo
from hyperstyle.weights.catalogue import WEIGHTS
from hyperstyle.weights.fetching import fetch, status

WELCOME = Path(__file__).with_name("texts") / "welcome.md"
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
CROP = 1024  # side of the aligned picture
HOUR = 3600


def domain_table() -> str:
    """The domains as Markdown: title, whether it can be used here, and what would make it usable."""
    rows = ["| domain | here |", "|---|---|"]
    for domain in DOMAINS.values():
        missing = [name for name in domain.needs if status(WEIGHTS[name]).path is None]
        if missing:
            state = f"{len(missing)} weights missing: `python -m hyperstyle weights get {domain.name}`"
        else:
            state = "not trained yet" if domain.unmade() else "ready"
        rows.append(f"| {domain.title} | {state} |")
    return "\n".join(rows)


P = ParamSpec("P")
T = TypeVar("T")


def in_words(handler: Callable[P, T]) -> Callable[P, T]:
    """A handler whose `StudioError`s the page shows as they are."""

    @wraps(handler)
    def told(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return handler(*args, **kwargs)
        except StudioError as error:
            raise gr.Error(str(error), duration=None, print_exception=False) from error

    return told


@cache
def face_finder() -> FaceFinder:
    """The finder that all visitors share: reading its 100 MB at every click would take longer than finding."""
    return FaceFinder(fetch(WEIGHTS["dlib-landmarks"]))


@in_words
def aligned_faces(photo: str | None) -> list[NDArray[np.uint8]]:
    """Every face of an uploaded photo, cut out as the generators expect it, the largest first."""
    if photo is None:
        raise StudioError("Choose a photo first.")
    pixels = read_photo(Path(photo)).pixels
    faces = face_finder().find(pixels)
    choose_face(faces)
    return [align(pixels, face_quad(face.landmarks), CROP, CROP) for face in faces]


def photo_input() -> gr.Image:
    """An image to upload, of which handlers get the file as it came.

    Gradio would decode it first, whatever it is, and answer a file that is no picture with a path and a traceback.
    """
    photo = gr.Image(type="filepath", label="Photo", sources=["upload", "webcam", "clipboard"])
    photo.preprocess = lambda payload: payload and payload.path  # type: ignore[method-assign, assignment, return-value]
    return photo


def build_page() -> gr.Blocks:
    """The page, not yet served."""
    with gr.Blocks(title="HyperStyle Studio", analytics_enabled=False, delete_cache=(HOUR, HOUR)) as page:
        gr.Markdown(WELCOME.read_text(encoding="utf-8"))
        gr.Markdown(domain_table)
        with gr.Row():
            photo = photo_input()
            faces = gr.Gallery(label="Faces, as the generators see them", object_fit="contain")
        gr.Button("Find the faces", variant="primary").click(aligned_faces, photo, faces, api_name="align")
        gr.Examples([str(path) for path in sorted(EXAMPLES.glob("*.jpg"))], photo)
    return page
