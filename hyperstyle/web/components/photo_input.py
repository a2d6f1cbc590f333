"""An image to upload, to take with the camera or to paste; handlers get the path of the file as it was uploaded."""

import gradio as gr


def photo_input() -> gr.Image:
    """The component.

    Gradio would decode the image before the handler sees it, and answer a file that is no picture with a path and a
    traceback. It forgets this for a visitor as soon as the component gets a `gr.update`, or is an output of an event
    whose answer does not name it: every handler that has it among its outputs has to set it to a plain value.
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
