"""Weights for tests: those that are here already, since tests need no network."""

from pathlib import Path

import pytest

from hyperstyle.domain_table import EMBEDDED
from hyperstyle.weights.catalogue import WEIGHTS
from hyperstyle.weights.fetching import locate


def weight_file(name: str) -> Path:
    """Where the weight lies, or a skip with the command that gets it."""
    path = locate(WEIGHTS[name])
    if path is None:
        pytest.skip(f"{name} is not here: python -m hyperstyle weights get {name}")
    return path


def embedded_weights_at_hand() -> None:
    """Skip the test where weights that the embedded domain needs are not here."""
    for name in EMBEDDED.required_weights:
        weight_file(name)
