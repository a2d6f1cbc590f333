"""The settings that a picture was made with, as the query of a link and as PNG metadata."""

import json
import math
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from PIL import Image

from hyperstyle.domain_table import EMBEDDED
from hyperstyle.editing.directions import MAX_AMOUNT
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
"""Key of the PNG text chunk that holds a recipe."""
MAX_TEXT_LENGTH = 200  # characters of each description in a text edit
_MAX_RECIPE_LENGTH = 10_000  # characters of a recipe in a PNG
_JSON_KEYS = {"text": "words"}  # attributes that saved pictures know by another key


@dataclass(frozen=True)
class Recipe:
    """All settings of a picture; the photo itself is not part of it."""

    domain: str = EMBEDDED.name
    method: str = "hyperstyle"
    step: int | None = None
    """Number of the refinement step; None for the last."""
    strength: float = 1.0
    """Factor of the weight offsets, 0 to MAX_STRENGTH."""
    edits: Mapping[str, float] = field(default_factory=dict)
    """Name of a direction -> amount, -5 to 5, never zero."""
    example: str | None = None
    """Name of the example photo; None for a photo of one's own."""
    style: str | None = None
    """Name of the style; None for the photo's own."""
    amount: float = DEFAULT_STYLE_AMOUNT
    """Amount of the style: from 0, more of the photo, to 1, more of the style."""
    text: TextEdit | None = None

    @property
    def changes(self) -> Edits:
        """All edits of the chosen step as one value."""
        style = StyleChoice(self.style, self.amount) if self.style else None
        return Edits(self.edits, self.text, style, self.strength)

    def to_query(self) -> str:
        """Return the query of a link, the part after `?`; defaults are left out."""
        default = Recipe()
        chosen = {
            name: value
            for name, value in asdict(self).items()
            if name not in ("edits", "example", "text") and value != getattr(default, name)
        }
        example = {"example": self.example} if self.example else {}
        edits = {name: f"{amount:g}" for name, amount in self.edits.items()}
        text = {}
        if self.text:
            text = {"from": self.text.before, "to": self.text.after, "push": f"{self.text.strength:g}"}
            text |= {} if self.text.threshold is None else {"threshold": f"{self.text.threshold:g}"}
        return urlencode({**example, **chosen, **edits, **text})

    @classmethod
    def from_query(cls, query: Mapping[str, str], directions: Collection[str]) -> "Recipe":
        """Return the recipe in the query of a link: unknown keys are ignored, numbers are clamped to their limits."""
        step = _number(query, "step", 0, 1_000)
        amounts = {name: _number(query, name, -MAX_AMOUNT, MAX_AMOUNT) for name in directions}
        return cls(
            query.get("domain", EMBEDDED.name),
            query.get("method", "hyperstyle"),
            None if step is None else round(step),
            1.0 if (strength := _number(query, "strength", 0, MAX_STRENGTH)) is None else strength,
            {name: amount for name, amount in amounts.items() if amount},
            query.get("example"),
            query.get("style"),
            DEFAULT_STYLE_AMOUNT if (amount := _number(query, "amount", 0, 1)) is None else amount,
            _text_edit(query),
        )

    def limited(self, directions: Collection[str]) -> "Recipe":
        """Return the recipe with its numbers within their limits, and without directions that are not known."""
        return self.from_query(dict(parse_qsl(self.to_query())), directions)

    def to_text(self) -> str:
        """Return the recipe as JSON, for a picture's metadata."""
        return json.dumps({_JSON_KEYS.get(name, name): value for name, value in asdict(self).items()})

    def describe(self) -> str:
        """Return the recipe as one line for people."""
        step = "the last step" if self.step is None else f"step {self.step}"
        edits = "".join(f", {name} {amount:+g}" for name, amount in self.edits.items())
        style = f", in the style {self.style}" if self.style else ""
        text = f", from {self.text.before!r} to {self.text.after!r}" if self.text else ""
        return f"{self.domain}, {self.method}, {step}, strength {self.strength:g}{edits}{style}{text}"


def recipe_in(path: Path) -> Recipe | None:
    """Return the recipe in a PNG of this program; None where there is none."""
    try:
        with Image.open(path, formats=["PNG"]) as image:
            chunk = image.info.get(KEY)
        if not isinstance(chunk, str) or len(chunk) > _MAX_RECIPE_LENGTH:
            return None
        saved = json.loads(chunk)
        edits = {str(name): float(amount) for name, amount in saved["edits"].items()}
        step, example, style, text = (saved[name] for name in ("step", "example", "style", _JSON_KEYS["text"]))
        return Recipe(
            str(saved["domain"]),
            str(saved["method"]),
            None if step is None else int(step),
            float(saved["strength"]),
            edits,
            None if example is None else str(example),
            None if style is None else str(style),
            float(saved["amount"]),
            text and TextEdit(str(text["before"]), str(text["after"]), float(text["strength"]), text["threshold"]),
        )
    except (OSError, ValueError, SyntaxError, KeyError, TypeError, AttributeError, Image.DecompressionBombError):
        return None


def _text_edit(query: Mapping[str, str]) -> TextEdit | None:
    """Return the text edit in the query of a link; None where it has none."""
    if not ("from" in query and "to" in query):
        return None
    strength = _number(query, "push", -MAX_TEXT_STRENGTH, MAX_TEXT_STRENGTH)
    text = TextEdit(
        query["from"][:MAX_TEXT_LENGTH], query["to"][:MAX_TEXT_LENGTH], threshold=_number(query, "threshold", 0, 1)
    )
    return text if strength is None else replace(text, strength=strength)


def _number(query: Mapping[str, str], name: str, lowest: float, highest: float) -> float | None:
    """Return a number of a link's query, clamped to its limits; None where the query has none of that name."""
    if name not in query:
        return None
    try:
        number = float(query[name])
    except ValueError:
        number = math.nan
    if math.isnan(number):
        raise StudioError(f"The link's {name} is not a number: correct it, or open the page without it.")
    return min(max(number, lowest), highest)
