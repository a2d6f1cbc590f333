"""An image to upload, to take with the camera or to paste; handlers get the path of the uploaded file."""

import gradio as gr


def photo_input() -> gr.Image:
    """Return the component, with a `preprocess` of its own.

    Gradio's would decode the image before the handler sees it, and show a path and a traceback for a file that is no
    picture. Gradio loses ours for a visitor when the component gets a `gr.update`, or is an output of an event whose
    result does not name it: so every handler that has it among its outputs sets it to a plain value.
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
