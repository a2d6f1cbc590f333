"""The record of each photo: a JSON file in its results folder that says whether it is begun, finished or failed.

A worker writes the record atomically before and after it inverts a photo, and no file is shared between photos. So
any number of machines can work in one folder; if one is killed, only its photo is unfinished, and its record shows it.
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
ATTEMPTS = 3  # at a photo whose workers are killed

Entry = dict[str, Any]
"""Report of a photo: `photo`, `domain`, `method`, and `faces` and `steps` or an `error`; `advice` where it is hard."""


def begin_record(folder: Path, entry: Entry, origin: Origin, run: str) -> None:
    """Record that work on a photo begins, and delete partial files of killed workers.

    Raises a `StudioError` after `ATTEMPTS` attempts in this run. The record reads as an error until `save_record`.
    """
    before = _read(ensure_dir(folder))
    attempt = before["attempt"] + 1 if before and before["run"] == run else 1
    if attempt > ATTEMPTS:
        raise StudioError(f"{ATTEMPTS} workers were lost at this photo, perhaps because memory ran out.")
    for part in folder.glob("*.part"):
        part.unlink(missing_ok=True)
    entry = entry | {"error": "The work on this photo was cut off: run the command again."}
    worker = {"machine": node(), "process": os.getpid()}
    _write(folder, {"origin": origin, "run": run, "attempt": attempt, "worker": worker, "entry": entry})


def save_record(folder: Path, entry: Entry, origin: Origin, run: str) -> None:
    """Record the finished or failed entry of a photo."""
    _write(folder, {"origin": origin, "run": run, "attempt": 0, "entry": entry})


def find_entry(folder: Path, origin: Origin) -> Entry | None:
    """Return the entry of a finished photo; None where it failed, its origin differs or its inversion is missing."""
    record = _read(folder)
    if not record or record["origin"] != origin or "error" in record["entry"] or not (folder / RESULT).exists():
        return None
    entry: Entry = record["entry"]
    return entry


def write_manifest(out: Path) -> None:
    """Write the entries of all photos in a results folder to one file: a line of JSON each, with its folder's name."""
    with atomic_write(out / MANIFEST) as part, part.open("w", encoding="utf-8") as lines:
        for record in sorted(out.glob(f"*/{RECORD}")):
            if kept := _read(record.parent):
                lines.write(json.dumps({"folder": record.parent.name} | kept["entry"]) + "\n")


def _write(folder: Path, record: Mapping[str, Any]) -> None:
    write_text(folder / RECORD, json.dumps(record, indent=1))


def _read(folder: Path) -> dict[str, Any] | None:
    """Read a folder's record; return None where it is missing or damaged."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        return record if {"origin", "run", "attempt", "entry"} <= set(record) else None
    except (OSError, ValueError, TypeError):
        return None
