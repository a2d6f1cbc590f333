"""How a picture was made, in words that fit into a link and into a picture's metadata."""

import json
import math
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from urllib.parse import urlencode

from PIL import Image

from hyperstyle.domain_table import EMBEDDED
from hyperstyle.editing.directions import SLIDER
from hyperstyle.editing.edits import (
    DEFAULT_STYLE_AMOUNT,
    MAX_STRENGTH,
    MAX_TEXT_STRENGTH,
    Edits,
    StyleChoice,
    TextEdit,
)
from hyperstyle.errors import StudioError

KEY = "hyperstyle"
"""Under which a PNG keeps its recipe."""
LONGEST_WORDS = 200  # characters of a description
_LONGEST = 10_000  # characters of a recipe in a picture


@dataclass(frozen=True)
class Recipe:
    """All that was chosen, but not the photo."""

    domain: str = EMBEDDED.name
    method: str = "hyperstyle"
    step: int | None = None
    """Which refinement was taken; None for the last."""
    strength: float = 1.0
    """Of the offsets."""
    edits: Mapping[str, float] = field(default_factory=dict)
    """Amounts by the names of directions, none of them zero."""
    example: str | None = None
    """Name of the example it is about, where it is about one."""
    style: str | None = None
    """Name of the world it is drawn in, where it is not the photo's own."""
    amount: float = DEFAULT_STYLE_AMOUNT
    """From 0, more of the photo, to 1, more of the style."""
    words: TextEdit | None = None

    @property
    def changes(self) -> Edits:
        """What is drawn on top of the chosen step."""
        style = StyleChoice(self.style, self.amount) if self.style else None
        return Edits(self.edits, self.words, style, self.strength)

    def to_query(self) -> str:
        """What stands behind the `?` of a link; what is as usual is left out."""
        usual = Recipe()
        chosen = {
            name: value
            for name, value in asdict(self).items()
            if name not in ("edits", "example", "words") and value != getattr(usual, name)
        }
        example = {"example": self.example} if self.example else {}
        edits = {name: f"{amount:g}" for name, amount in self.edits.items()}
        said = {}
        if self.words:
            said = {"from": self.words.before, "to": self.words.after, "push": f"{self.words.strength:g}"}
            said |= {} if self.words.threshold is None else {"threshold": f"{self.words.threshold:g}"}
        return urlencode({**example, **chosen, **edits, **said})

    @classmethod
    def from_query(cls, query: Mapping[str, str], directions: Collection[str]) -> "Recipe":
        """The recipe of a link: keys that nobody knows are left alone, numbers are brought within their limits."""
        step = _number(query, "step", 0, 1_000)
        amounts = {name: _number(query, name, -SLIDER, SLIDER) for name in directions}
        return cls(
            query.get("domain", EMBEDDED.name),
            query.get("method", "hyperstyle"),
            None if step is None else round(step),
            1.0 if (strength := _number(query, "strength", 0, MAX_STRENGTH)) is None else strength,
            {name: amount for name, amount in amounts.items() if amount},
            query.get("example"),
            query.get("style"),
            DEFAULT_STYLE_AMOUNT if (amount := _number(query, "amount", 0, 1)) is None else amount,
            _words(query),
        )

    def to_text(self) -> str:
        """As a picture's metadata keeps it."""
        return json.dumps(asdict(self))

    def in_words(self) -> str:
        """One line for people."""
        step = "the last step" if self.step is None else f"step {self.step}"
        edits = "".join(f", {name} {amount:+g}" for name, amount in self.edits.items())
        style = f", in the style {self.style}" if self.style else ""
        words = f", from {self.words.before!r} to {self.words.after!r}" if self.words else ""
        return f"{self.domain}, {self.method}, {step}, strength {self.strength:g}{edits}{style}{words}"


def recipe_in(path: Path) -> Recipe | None:
    """The recipe that a PNG of this program carries; None where there is none."""
    try:
        with Image.open(path, formats=["PNG"]) as image:
            text = image.info.get(KEY)
        if not isinstance(text, str) or len(text) > _LONGEST:
            return None
        story = json.loads(text)
        edits = {str(name): float(amount) for name, amount in story["edits"].items()}
        step, example, style, words = (story[name] for name in ("step", "example", "style", "words"))
        return Recipe(
            str(story["domain"]),
            str(story["method"]),
            None if step is None else int(step),
            float(story["strength"]),
            edits,
            None if example is None else str(example),
            None if style is None else str(style),
            float(story["amount"]),
            words and TextEdit(str(words["before"]), str(words["after"]), float(words["strength"]), words["threshold"]),
        )
    except (OSError, ValueError, SyntaxError, KeyError, TypeError, AttributeError, Image.DecompressionBombError):
        return None


def _words(query: Mapping[str, str]) -> TextEdit | None:
    """The edit in words of a link; None where it has none."""
    if not ("from" in query and "to" in query):
        return None
    strength = _number(query, "push", -MAX_TEXT_STRENGTH, MAX_TEXT_STRENGTH)
    words = TextEdit(
        query["from"][:LONGEST_WORDS], query["to"][:LONGEST_WORDS], threshold=_number(query, "threshold", 0, 1)
    )
    return words if strength is None else replace(words, strength=strength)


def _number(query: Mapping[str, str], name: str, lowest: float, highest: float) -> float | None:
    """A number of a link within its limits; None where the link has none."""
    if name not in query:
        return None
    try:
        number = float(query[name])
    except ValueError:
        number = math.nan
    if math.isnan(number):
        raise StudioError(f"The link's {name} is no number: correct it, or open the page without it.")
    return min(max(number, lowest), highest)
