"""The page; the only room that imports gradio, and it does no tensor arithmetic."""

from hyperstyle.web.gradio_import import import_gradio

import_gradio()  # before a module here imports it
