"""Longer texts of the page, as Markdown files."""

from pathlib import Path

_HERE = Path(__file__).parent


def text(name: str) -> str:
    """Return the text of that name, in Markdown."""
    return (_HERE / f"{name}.md").read_text(encoding="utf-8").strip()


_heading, _, SENTENCE = text("welcome").partition("\n\n")
TITLE = _heading.removeprefix("# ")
"""Name of the program; `SENTENCE` says what it does."""
