"""OpenMP's threads sleep soon when they wait for each other, so that a busy neighbour does not stop them all.

Torch splits an operation between threads that meet at its end. By default, whoever arrives first spins a while;
on a machine with other work, on the very core that the last thread is waiting for. docs/performance.md has figures.
"""

import os
from collections.abc import MutableMapping

DEFAULTS = {
    "GOMP_SPINCOUNT": "1000",  # GNU's, on Linux: about a microsecond
    "KMP_BLOCKTIME": "0",  # Intel's and LLVM's, on Windows and macOS: milliseconds
}
WAIT_POLICY = "OMP_WAIT_POLICY"
"""The standard's own variable for this, which both libraries follow."""


def set_waiting_defaults(environment: MutableMapping[str, str] = os.environ) -> None:
    """Set how long threads spin, unless the user has set it; it counts if torch is not imported yet."""
    if WAIT_POLICY not in environment:
        for name, value in DEFAULTS.items():
            environment.setdefault(name, value)
