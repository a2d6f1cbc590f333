"""A photo on which the visitor clicks a face, or draws a box."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from hyperstyle.photo.quads import Box
from hyperstyle.web.components import component


def face_picker(**settings: Any) -> gr.HTML:  # noqa: ANN401 - those of gr.HTML
    """Return the component, a photo with a button over every face.

    The data of a `select` event has the `index` of the clicked face; that of an `apply` event has the drawn `box`:
    left, top, right, bottom as fractions of the photo's width and height.
    """
    return component("face_picker", None, **settings)


def face_picker_value(
    photo: str, size: tuple[int, int], faces: Sequence[Box], chosen: int | Box | None
) -> dict[str, Any]:
    """Return the component's value; `size` is (width, height), `chosen` a face's index or another box, in pixels."""

    def place(box: Box) -> dict[str, str]:
        left, top, right, bottom = box
        (width, height) = size
        return {
            "left": f"{100 * left / width:.2f}",
            "top": f"{100 * top / height:.2f}",
            "width": f"{100 * (right - left) / width:.2f}",
            "height": f"{100 * (bottom - top) / height:.2f}",
        }

    buttons = [
        place(face) | {"name": f"Face {number}", "pressed": "true" if chosen == number - 1 else "false"}
        for number, face in enumerate(faces, 1)
    ]
    box = place(chosen) if isinstance(chosen, tuple) else None
    return {"photo": photo, "faces": buttons, "box": box}
