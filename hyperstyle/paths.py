"""Paths of the bundled files: inside the installed package, or at the root of a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def _bundled(name: str) -> Path:
    installed = _PACKAGE / name
    return installed if installed.is_dir() else _PACKAGE.parent / name


ASSETS = _bundled("assets")
"""Folder of the bundled weights."""
EXAMPLES = _bundled("examples")
"""Folder of example photos, with precomputed results."""
ANIMAL_FINDER = (ASSETS / "big-cat-detector.svm", ASSETS / "big-cat-eyes.dat")
"""The detector of animals and the predictor of their eyes."""
