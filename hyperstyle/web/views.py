"""Ways to look at an edit: in the visitor's own photo, as the generator draws it, or where it changes the photo."""

from enum import StrEnum
from typing import Any

import gradio as gr


class View(StrEnum):
    """Which picture the Edit and Text tabs show, download and film."""

    PHOTO = "In your photo"
    GENERATED = "As generated"
    MASK = "What changes"

    @property
    def of_result(self) -> "View":
        """The view of what is put into the photo."""
        return View.GENERATED if self is View.GENERATED else View.PHOTO


def view_choice(name: str) -> gr.Radio:
    """Return the switch between the views; `name` is the prefix of its element id."""
    return gr.Radio(list(View), value=View.PHOTO, show_label=False, container=False, elem_id=f"{name}-view")


def view_update(view: View, *, has_photo: bool) -> Any:  # noqa: ANN401 - an update of gr.Radio
    """Return the update of the switch: hidden where the photo is not at hand."""
    return gr.update(value=view, visible=has_photo)
