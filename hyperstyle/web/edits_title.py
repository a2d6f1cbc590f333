"""The edits of a picture in a few words: "smiling, older, as Pencil"."""

from collections.abc import Mapping

from hyperstyle.editing.directions import Direction
from hyperstyle.editing.edits import Edits
from hyperstyle.editing.styles import STYLES


def edits_title(edits: Edits, directions: Mapping[str, Direction]) -> str:
    """Return the names of edits, separated by commas; nothing without edits."""
    words = [
        directions[name].more if amount > 0 else directions[name].less
        for name, amount in edits.amounts.items()
        if name in directions
    ]
    if edits.text:
        words.append(edits.text.after)
    if edits.style:
        style = STYLES.get(edits.style.name)
        words.append(f"as {style.title if style else edits.style.name}")
    return ", ".join(words)
