"""What can be changed about an inversion, as plain values that can be kept, compared and sent to another process."""

from collections.abc import Mapping
from dataclasses import dataclass, field

DEFAULT_TEXT_STRENGTH, MAX_TEXT_STRENGTH = 4.0, 10.0
"""By default, and at most, either way: how many of the text model's units the most relevant channel is moved."""
DEFAULT_STYLE_AMOUNT = 0.5
MAX_STRENGTH = 1.2
"""How far an inversion's offsets may be scaled: beyond, pictures fall apart."""


@dataclass(frozen=True)
class TextEdit:
    """A change in words."""

    before: str
    """What the picture shows."""
    after: str
    """What it shall show."""
    strength: float = DEFAULT_TEXT_STRENGTH
    """From -MAX_TEXT_STRENGTH to MAX_TEXT_STRENGTH."""
    threshold: float | None = None
    """Relevance from which a channel is moved, 0 to 1; None for the text model's own."""


@dataclass(frozen=True)
class StyleChoice:
    """A style to draw in."""

    name: str
    amount: float = DEFAULT_STYLE_AMOUNT
    """From 0, more of the photo, to 1, more of the style."""


@dataclass(frozen=True)
class Edits:
    """All changes to one inversion; without any, its picture is the inversion's own."""

    amounts: Mapping[str, float] = field(default_factory=dict)
    """Name of a direction -> amount, -5 to 5."""
    text: TextEdit | None = None
    style: StyleChoice | None = None
    strength: float = 1.0
    """By which the inversion's offsets are multiplied, 0 to MAX_STRENGTH: less of them edits more freely."""
