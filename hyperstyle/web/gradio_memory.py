"""Drops what Gradio keeps of each visitor: the last value of every component, pictures among them.

By itself Gradio keeps that of the last ten thousand visitors.
"""

from collections.abc import Container

import gradio as gr


def forget_absent(page: gr.Blocks, present: Container[str]) -> None:
    """Drop what is kept of visitors, by their session's name, but for those who are `present`."""
    kept = page.state_holder
    for name in list(kept.session_data):
        if name not in present:
            kept.session_data.pop(name, None)
            kept.time_last_used.pop(name, None)
