"""Edits in words; the controls stand ready, greyed, until a text model is there."""

import gradio as gr

from hyperstyle.web.texts import text


def text_tab() -> None:
    """The third tab."""
    gr.Markdown(text("text"))
    with gr.Row():
        gr.Textbox(label="From", value="a face", interactive=False)
        gr.Textbox(label="To", value="a smiling face", interactive=False)
    gr.Button("Change it", interactive=False)
