"""The changes that were applied to a photo: each can be gone back to, and the last one undone."""

import gradio as gr

from hyperstyle.web.components.tile_strip import Tile, tile_strip, tile_strip_value
from hyperstyle.web.events import Updates
from hyperstyle.web.inline_images import shrunk, uri
from hyperstyle.web.sessions import AppliedChange, Session


class ChangesPanel:
    """A strip with a tile for every change, and a button."""

    def __init__(self) -> None:
        self.strip = tile_strip("Changed in your photo; click one to go back to it", elem_id="changes", visible=False)
        self.undo = gr.Button("Undo the last change", size="sm", visible=False, elem_id="undo-change")
        self.outputs = [self.strip, self.undo]

    def show(self, session: Session) -> Updates:
        """Show the changes of a session."""
        there = bool(session.changes)
        tiles = [Tile(_title(change), uri(shrunk(change.changed))) for change in session.changes]
        return {
            self.strip: gr.update(value=tile_strip_value(tiles) if there else None, visible=there),
            self.undo: gr.update(visible=there),
        }


def _title(change: AppliedChange) -> str:
    edits = [f"{name} {amount:+g}" for name, amount in change.edits.amounts.items() if amount]
    return ", ".join([*edits, *([change.edits.text.after] if change.edits.text else [])]) or "unchanged"
