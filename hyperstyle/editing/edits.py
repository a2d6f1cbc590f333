"""Edits of an inversion as plain values, to be compared, stored, or sent to another process."""

from collections.abc import Mapping
from dataclasses import dataclass, field

DEFAULT_TEXT_STRENGTH, MAX_TEXT_STRENGTH = 4.0, 10.0
"""Default and largest absolute strength of a text edit, in the units of `TextModel.unit`."""
DEFAULT_STYLE_AMOUNT = 0.5
MAX_STRENGTH = 1.2
"""Largest factor of an inversion's weight offsets; beyond, pictures fall apart."""


@dataclass(frozen=True)
class TextEdit:
    """An edit that is described by two texts, as in StyleCLIP."""

    before: str
    """Description of the picture as it is."""
    after: str
    """Description of the picture as it should become."""
    strength: float = DEFAULT_TEXT_STRENGTH
    """Strength from -MAX_TEXT_STRENGTH to MAX_TEXT_STRENGTH."""
    threshold: float | None = None
    """Relevance from which a channel is moved, 0 to 1; None for the text model's default."""


@dataclass(frozen=True)
class StyleChoice:
    """A style with its amount."""

    name: str
    amount: float = DEFAULT_STYLE_AMOUNT
    """Amount from 0, more of the photo, to 1, more of the style."""
    person_alone: bool = False
    """Whether the photo keeps its background where the picture is pasted into it."""


@dataclass(frozen=True)
class Edits:
    """All edits of one inversion; the default changes nothing."""

    amounts: Mapping[str, float] = field(default_factory=dict)
    """Name of a direction -> amount, -5 to 5."""
    text: TextEdit | None = None
    style: StyleChoice | None = None
    strength: float = 1.0
    """Factor of the inversion's weight offsets, 0 to MAX_STRENGTH: smaller values are easier to edit."""

    @property
    def are_none(self) -> bool:
        """Whether the edited picture is that of the inversion at the same strength."""
        return self.style is None and not (self.text and self.text.strength) and not any(self.amounts.values())
