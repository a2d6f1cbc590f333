"""What is kept of each photo: a file in its folder of results, which says what became of it.

Whoever works on a photo writes that file, whole, before all else and after all else; nobody writes to a file of all
photos meanwhile. So any number of machines may share the folders, and whenever one is killed, what others did stays,
and its own photo is known to be undone.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from platform import node
from typing import Any

from hyperstyle.errors import StudioError
from hyperstyle.files import Origin, atomic_write, ensure_dir, write_text

RECORD = "record.json"
RESULT = "inversion.safetensors"  # written last of all results
MANIFEST = "manifest.jsonl"
ATTEMPTS = 3  # at a photo that whoever works on it does not live through

Entry = dict[str, Any]
"""What reports say of a photo: `photo`, `domain`, `method`, and `faces` and `steps` or an `error`."""


def begin(folder: Path, entry: Entry, origin: Origin, run: str) -> None:
    """Make a photo's folder say that it is being worked on; a `StudioError` where that was tried in vain in this run.

    What it said before is no longer true from here on, and what somebody who was killed left unfinished is dropped.
    """
    before = _read(ensure_dir(folder))
    attempt = before["attempt"] + 1 if before and before["run"] == run else 1
    if attempt > ATTEMPTS:
        raise StudioError(f"{ATTEMPTS} workers were lost at this photo, perhaps for want of memory.")
    for part in folder.glob("*.part"):
        part.unlink(missing_ok=True)
    entry = entry | {"error": "The work on this photo was cut off: start it again."}
    worker = {"machine": node(), "process": os.getpid()}
    _write(folder, {"origin": origin, "run": run, "attempt": attempt, "worker": worker, "entry": entry})


def keep(folder: Path, entry: Entry, origin: Origin, run: str) -> None:
    """Make a photo's folder say what became of it."""
    _write(folder, {"origin": origin, "run": run, "attempt": 0, "entry": entry})


def find(folder: Path, origin: Origin) -> Entry | None:
    """What became of a photo; None where it is still to be done: not of that origin, failed, or taken away."""
    record = _read(folder)
    if not record or record["origin"] != origin or "error" in record["entry"] or not (folder / RESULT).exists():
        return None
    entry: Entry = record["entry"]
    return entry


def write_manifest(out: Path) -> None:
    """Gather the entries of all photos in a folder of results: a line of JSON for each, with its folder's name."""
    with atomic_write(out / MANIFEST) as part, part.open("w", encoding="utf-8") as lines:
        for record in sorted(out.glob(f"*/{RECORD}")):
            if kept := _read(record.parent):
                lines.write(json.dumps({"folder": record.parent.name} | kept["entry"]) + "\n")


def _write(folder: Path, record: Mapping[str, Any]) -> None:
    write_text(folder / RECORD, json.dumps(record, indent=1))


def _read(folder: Path) -> dict[str, Any] | None:
    """What a folder says; None where it says nothing that can be understood."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        return record if {"origin", "run", "attempt", "entry"} <= set(record) else None
    except (OSError, ValueError, TypeError):
        return None
