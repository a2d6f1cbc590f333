"""Writes requirements.txt, which a Space installs, from the list in pyproject.toml; with `--check`, compares them."""

import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEAD = "# Written by `python .ci/requirements.py` from pyproject.toml: what the page takes."


def requirements() -> str:
    """What the package and its extra `web` take, a line each."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return "\n".join([HEAD, *project["dependencies"], *project["optional-dependencies"]["web"]]) + "\n"


if __name__ == "__main__":
    file = ROOT / "requirements.txt"
    if "--check" not in sys.argv:
        file.write_text(requirements(), encoding="utf-8")
    elif file.read_text(encoding="utf-8") != requirements():
        sys.exit("requirements.txt is not what pyproject.toml says: run `python .ci/requirements.py`.")
