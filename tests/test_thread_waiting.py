"""Threads that wait leave their core to others, unless the user says otherwise."""

import os
import subprocess
import sys

import pytest

ASKED = "import os, hyperstyle; print(os.environ.get('GOMP_SPINCOUNT'), os.environ.get('KMP_BLOCKTIME'))"


def after_import(**settings: str) -> str:
    """GNU's and Intel's setting in a process that has imported the library."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("OMP_", "GOMP_", "KMP_"))}
    return subprocess.run(
        [sys.executable, "-c", ASKED], env=own | settings, capture_output=True, text=True, check=True
    ).stdout.strip()


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, "1000 0"),
        ({"GOMP_SPINCOUNT": "7"}, "7 0"),
        ({"KMP_BLOCKTIME": "200"}, "1000 200"),
        ({"OMP_WAIT_POLICY": "active"}, "None None"),
    ],
)
def test_the_library_sets_what_the_user_has_not_set(settings: dict[str, str], expected: str) -> None:
    assert after_import(**settings) == expected


def test_importing_the_library_does_not_import_torch_before_the_settings_count() -> None:
    asked = "import sys, hyperstyle; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout == "False\n"
