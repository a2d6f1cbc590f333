"""The folders of weight files on this machine."""

import os
from pathlib import Path

from platformdirs import user_cache_dir


def cache_folder() -> Path:
    """Return the program's cache folder: HYPERSTYLE_CACHE, or the platform's cache folder for `hyperstyle`."""
    folder = os.environ.get("HYPERSTYLE_CACHE") or user_cache_dir("hyperstyle", appauthor=False)
    return Path(folder).expanduser().absolute()


def user_folders() -> list[Path]:
    """Return the user's folders in HYPERSTYLE_WEIGHTS, separated as in PATH; searched first, never written to."""
    return [Path(part).expanduser() for part in os.environ.get("HYPERSTYLE_WEIGHTS", "").split(os.pathsep) if part]
