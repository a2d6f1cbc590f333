"""The page; the only room that imports gradio, and it does no tensor arithmetic."""
