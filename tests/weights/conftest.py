"""A cache of its own for every test, and a hub to fetch from."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.weights.hub_server import HubServer, running_hub


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program's cache for this test, in this process and in those that it starts; not made yet."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("HYPERSTYLE_CACHE", str(folder))
    monkeypatch.delenv("HYPERSTYLE_WEIGHTS", raising=False)
    for name in ("HF_TOKEN", "HF_HUB_OFFLINE", "HF_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "huggingface"))
    return folder


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with running_hub() as server:
        yield server


@pytest.fixture
def closed() -> Iterator[str]:
    """An address on this machine that refuses every connection."""
    with socket.socket() as held:  # bound, so that nobody else can take the port, and never listening
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"
