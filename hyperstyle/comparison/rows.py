"""What is kept of one method on one photo, so that a comparison that was cut off is taken up again."""

import json
from dataclasses import dataclass
from pathlib import Path

from hyperstyle.comparison.edit_trials import EditRecord
from hyperstyle.files import Origin, ensure_dir, write_text
from hyperstyle.inversion.inversion import StepRecord


@dataclass(frozen=True)
class Row:
    """One method on one photo."""

    photo: str
    """The photo's short name."""
    method: str
    steps: tuple[StepRecord, ...]
    error: str = ""
    """Why it failed; then there are no steps."""
    edits: tuple[EditRecord, ...] = ()
    """What became of edits, where any were asked for."""
    arcface: float | None = None
    """ArcFace's distance in the end; None where its weights were not at hand so far."""


class Rows:
    """The rows of a comparison: a folder for each photo, and in it a file and a small picture for each method."""

    def __init__(self, folder: Path) -> None:
        self._folder = ensure_dir(folder)

    def picture(self, photo: str, method: str = "photo") -> Path:
        """Where the small picture that a method made is kept, or without one, the aligned photo."""
        return ensure_dir(self._folder / photo) / f"{method}.jpg"

    def keep(self, row: Row, origin: Origin) -> None:
        """Write a row, whole."""
        content = {
            "origin": origin,
            "error": row.error,
            "steps": [step.to_json() for step in row.steps],
            "edits": [edit.to_json() for edit in row.edits],
            "arcface": row.arcface,
        }
        write_text(self._file(row.photo, row.method), json.dumps(content, indent=1))

    def find(self, photo: str, method: str, origin: Origin) -> Row | None:
        """The row of a method on a photo; None where there is none of that origin, or it failed.

        One that was also tried on edits, which are a part of its origin, does where nobody asks for them.
        """
        try:
            content = json.loads(self._file(photo, method).read_text(encoding="utf-8"))
            steps = tuple(map(StepRecord.from_json, content["steps"]))
            edits = tuple(map(EditRecord.from_json, content["edits"]))
            row = Row(photo, method, steps, edits=edits, arcface=content.get("arcface"))
            return row if origin.items() <= content["origin"].items() and not content["error"] else None
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def _file(self, photo: str, method: str) -> Path:
        return ensure_dir(self._folder / photo) / f"{method}.json"
