"""The page."""

from pathlib import Path

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


def domain_rows() -> list[list[str]]:
    """For every domain its title, whether it can be used here, and what would make it usable."""
    rows = []
    for domain in DOMAINS.values():
        missing = [name for name in domain.needs if status(WEIGHTS[name]).path is None]
        if missing:
            state = f"{len(missing)} weights missing: python -m hyperstyle weights get {domain.name}"
        else:
            state = "not trained yet" if domain.unmade() else "ready"
        rows.append([domain.title, state])
    return rows


def aligned_faces(photo: str | None) -> list[NDArray[np.uint8]]:
    """Every face of an uploaded photo, cut out as the generators expect it, the largest first."""
    if photo is None:
        raise gr.Error("Choose a photo first.", duration=None)
    try:
        finder = FaceFinder(fetch(WEIGHTS["dlib-landmarks"]))
        pixels = read_photo(Path(photo)).pixels
        faces = finder.find(pixels)
        choose_face(faces)
    except StudioError as error:
        raise gr.Error(str(error), duration=None, print_exception=False) from error
    return [align(pixels, face_quad(face.landmarks), CROP, CROP) for face in faces]


def build_page() -> gr.Blocks:
    """The page, not yet served."""
    with gr.Blocks(title="HyperStyle Studio", analytics_enabled=False) as page:
        gr.Markdown(WELCOME.read_text(encoding="utf-8"))
        gr.Dataframe(domain_rows, headers=["domain", "here"], interactive=False, label="Domains")
        with gr.Row():
            photo = gr.Image(type="filepath", label="Photo", sources=["upload", "webcam", "clipboard"])
            faces = gr.Gallery(label="Faces, as the generators see them", object_fit="contain")
        gr.Button("Find the faces", variant="primary").click(aligned_faces, photo, faces, api_name="align")
        gr.Examples([str(path) for path in sorted(EXAMPLES.glob("*.jpg"))], photo)
    return page
