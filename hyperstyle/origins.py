"""What tells whether something that was made before would come out the same if it were made again."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hyperstyle.domains import ASSETS, Domain
from hyperstyle.weights.checking import sha256_of

Origin = Mapping[str, Any]
"""All that a result depends on, as JSON keeps it; a result of another origin is made anew."""


def identified(path: Path) -> list[str | int]:
    """What tells whether a file is still the one it was."""
    try:
        state = path.stat()
    except OSError:
        return [str(path)]
    return [str(path.resolve()), state.st_size, state.st_mtime_ns]


def shipped_weights(domain: Domain) -> dict[str, str]:
    """The sums of the weights that change as training goes on; all others are what the catalogue says."""
    return {name: sha256_of(ASSETS / name) for name in domain.ships if (ASSETS / name).exists()}
