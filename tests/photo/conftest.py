"""Portraits, and the finder of their faces, loaded once."""

from itertools import cycle, islice
from pathlib import Path

import pytest

from hyperstyle.paths import EXAMPLES
from hyperstyle.photo.faces import FaceFinder
from tests.weights_at_hand import weight_file


@pytest.fixture(scope="session")
def landmarks_file() -> Path:
    """The file of dlib's predictor of 68 landmarks, or a skip where it is not here."""
    return weight_file("dlib-landmarks")


@pytest.fixture(scope="session")
def finder(landmarks_file: Path) -> FaceFinder:
    return FaceFinder(landmarks_file)


@pytest.fixture(scope="session")
def portraits() -> list[Path]:
    """200 portraits, each of one person who looks at the camera; on a fresh clone the examples, again and again."""
    folder = Path(__file__).resolve().parents[3] / "shared" / "portraits"
    return sorted(folder.glob("*.jpg")) or list(islice(cycle(sorted(EXAMPLES.glob("*.jpg"))), 200))
