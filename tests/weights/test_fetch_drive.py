"""Weights from the authors' drive: the real gdown against a server on this machine instead of the drive."""

import hashlib
import random
from pathlib import Path

import pytest

from hyperstyle.errors import StudioError
from hyperstyle.weights.fetching import fetch
from hyperstyle.weights.weight_sources import Drive, Weight
from tests.weights.hub_server import HubServer

pytestmark = pytest.mark.usefixtures("cache")

CONTENT = random.Random(3).randbytes(2 << 20)  # gdown writes pieces of 512 KiB


def weight(host: str, **known: object) -> Weight:
    known = {"sha256": hashlib.sha256(CONTENT).hexdigest()} | known
    return Weight("net", "A network", "net.pt", "MIT", (Drive("id-of-net", host),), **known)  # type: ignore[arg-type]


def test_file_arrives_although_the_connection_breaks(cache: Path, hub: HubServer) -> None:
    served = hub.share("id-of-net", CONTENT, cuts=[600 << 10, 2 << 20, 600 << 10])
    path = fetch(weight(hub.url))
    assert path == cache / "net.pt"
    assert path.read_bytes() == CONTENT
    # gdown asks for the whole file before it asks for the rest
    assert served.ranges == [None, None, f"bytes={512 << 10}-", None, f"bytes={1 << 20}-"]
    assert [path.name for path in cache.glob("net.pt?*")] == []


def test_stopped_download_goes_on_later(hub: HubServer) -> None:
    served = hub.share("id-of-net", CONTENT)

    def stop(here: int, _total: int | None) -> None:
        if here >= 1 << 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(weight(hub.url), stop)
    assert fetch(weight(hub.url)).read_bytes() == CONTENT
    assert served.ranges[-1] == f"bytes={1 << 20}-"


def test_file_of_another_size_is_refused_at_once(hub: HubServer) -> None:
    hub.share("id-of-net", CONTENT)
    here: list[int] = []
    with pytest.raises(StudioError, match=f"{len(CONTENT) + 1} bytes expected, {len(CONTENT)} offered"):
        fetch(weight(hub.url, size=len(CONTENT) + 1), lambda now, _total: here.append(now))
    assert here == []


def test_wrong_file_is_dropped(cache: Path, hub: HubServer) -> None:
    hub.share("id-of-net", CONTENT[::-1])
    with pytest.raises(StudioError, match="not the expected file"):
        fetch(weight(hub.url))
    assert [path.name for path in cache.glob("net.pt*")] == []


def test_silent_and_refusing_drives_say_so(hub: HubServer, closed: str) -> None:
    with pytest.raises(StudioError, match=r"the authors' drive: connection failed .* weights get net"):
        fetch(weight(closed))
    with pytest.raises(StudioError, match=r"answers with an error \(404"):
        fetch(weight(hub.url))
