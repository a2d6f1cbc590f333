"""Where the files lie that come with the program: inside the installed package, or at the top of a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def _bundled(name: str) -> Path:
    installed = _PACKAGE / name
    return installed if installed.is_dir() else _PACKAGE.parent / name


ASSETS = _bundled("assets")
"""Our own weights."""
EXAMPLES = _bundled("examples")
"""Photos to try, with results made beforehand."""
