"""The program as a script calls it."""

import io
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from hyperstyle.cli.commands import main

ROOT = Path(__file__).resolve().parents[2]
Answer = subprocess.CompletedProcess[str]


def hyperstyle(*arguments: str | Path) -> Answer:
    """In a process of its own."""
    command = [sys.executable, "-m", "hyperstyle", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def within(*arguments: str | Path) -> Answer:
    """All of it but the process: another one would first import torch, for seconds."""
    command = ["hyperstyle", *map(str, arguments)]
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", command)
        with pytest.raises(SystemExit) as ended:
            main()
    return Answer(command, int(ended.value.code or 0), out.getvalue(), err.getvalue())
