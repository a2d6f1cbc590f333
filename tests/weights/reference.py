"""The reference checkpoints, which `fill.py` in the shared folder makes; 1.4 GB each, once a run."""

import importlib.util
import json
from pathlib import Path

import pytest
import torch


def reference_files(shared: Path, name: str, folders: pytest.TempPathFactory) -> list[Path]:
    """The published files of a reference model, made anew where this run has not made them yet."""
    folder = folders.getbasetemp() / f"reference-{name}"
    if not folder.exists():
        folder.mkdir()
        spec = importlib.util.spec_from_file_location("fill", shared / "reference" / "fill.py")
        assert spec is not None
        assert spec.loader is not None
        fill = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(fill)
        layout = json.loads((shared / "reference" / name / "layout.json").read_text())
        for file, content in fill.checkpoints(layout).items():
            torch.save(content, folder / file)
    return sorted(folder.glob("*.pt"))
