"""Portraits, and the finder of their faces, loaded once."""

from pathlib import Path

import pytest

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
def portraits(shared: Path) -> list[Path]:
    """All portraits, each of one person who looks about at the camera, 640 pixels square."""
    return sorted((shared / "portraits").glob("*.jpg"))
