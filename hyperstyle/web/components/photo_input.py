"""An image to upload, take or paste, of which handlers get the file as it came."""

import gradio as gr


def photo_input() -> gr.Image:
    """The component.

    Gradio would decode the image first, whatever it is, and answer a file that is no picture with a path and a
    traceback. It makes a new component, without this, of one that gets an update: give it plain values alone.
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
