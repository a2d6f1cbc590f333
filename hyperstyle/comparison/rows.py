"""The stored rows of a comparison, one per photo and method, from which an interrupted comparison resumes."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from hyperstyle.comparison.details import Details
from hyperstyle.comparison.edit_trials import EditRecord
from hyperstyle.files import Origin, ensure_dir, write_text
from hyperstyle.inversion.inversion import StepRecord


@dataclass(frozen=True)
class ComparisonRow:
    """Result of one method on one photo."""

    photo: str
    """The photo's short name."""
    method: str
    steps: tuple[StepRecord, ...]
    error: str = ""
    """Why the method failed; then there are no steps."""
    edits: tuple[EditRecord, ...] = ()
    """Measurements of edits, where any were asked for."""
    arcface: float | None = None
    """ArcFace distance of the last picture from the photo; None until its weights are available."""
    details: Details | None = None
    """Further metrics of the last picture; None in the rows of older versions."""


class RowStore:
    """Folder of a comparison's rows: a subfolder for each photo with a JSON file and a small picture per method."""

    def __init__(self, folder: Path) -> None:
        self._folder = ensure_dir(folder)

    def picture_path(self, photo: str, method: str = "photo") -> Path:
        """Return the path of a method's small picture of a photo, or, by default, of the aligned photo."""
        return ensure_dir(self._folder / photo) / f"{method}.jpg"

    def save(self, row: ComparisonRow, origin: Origin) -> None:
        """Write a row and the origin on which it depends, atomically."""
        content = {
            "origin": origin,
            "error": row.error,
            "steps": [step.to_json() for step in row.steps],
            "edits": [edit.to_json() for edit in row.edits],
            "arcface": row.arcface,
            "details": asdict(row.details) if row.details else None,
        }
        write_text(self._file(row.photo, row.method), json.dumps(content, indent=1))

    def find(self, photo: str, method: str, origin: Origin) -> ComparisonRow | None:
        """Return the row of a method on a photo; None where none is stored, it failed, or its origin differs.

        The stored origin may hold more than `origin`: a row with edits is found where none are asked for.
        """
        try:
            content = json.loads(self._file(photo, method).read_text(encoding="utf-8"))
            steps = tuple(map(StepRecord.from_json, content["steps"]))
            edits = tuple(map(EditRecord.from_json, content["edits"]))
            details = Details(**entry) if (entry := content.get("details")) else None
            row = ComparisonRow(photo, method, steps, edits=edits, arcface=content.get("arcface"), details=details)
            return row if origin.items() <= content["origin"].items() and not content["error"] else None
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def _file(self, photo: str, method: str) -> Path:
        return ensure_dir(self._folder / photo) / f"{method}.json"
