"""Weights from the model hub: the real client against a hub on this machine."""

import hashlib
import os
import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from hyperstyle.errors import StudioError
from hyperstyle.weights.fetching import fetch, locate, status
from hyperstyle.weights.weight_sources import Hub, Weight
from tests.weights.hub_server import HubServer

pytestmark = pytest.mark.usefixtures("cache")

SMALL = random.Random(1).randbytes(100_000)
LARGE = random.Random(2).randbytes(25 << 20)  # the client writes pieces of 10 MiB


def weight(hub: HubServer, content: bytes, *sources: Hub, **known: object) -> Weight:
    """A weight whose sum and size are those of `content`, unless `known` says otherwise."""
    known = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)} | known
    homes = sources or (Hub("owner/models", "folder/net.pt", endpoint=hub.url),)
    return Weight("net", "A network", "net.pt", "MIT", homes, **known)  # type: ignore[arg-type]


def temporary_files(cache: Path) -> list[str]:
    return [path.name for path in cache.glob("net.pt?*")]


def test_file_arrives_whole_under_its_name(cache: Path, hub: HubServer) -> None:
    hub.serve("owner/models", "folder/net.pt", SMALL)
    net = weight(hub, SMALL)
    seen: list[tuple[int, int | None]] = []
    assert locate(net) is None
    cache.mkdir()
    (cache / "net.pt.0123456789abcdef.part").write_bytes(b"half of what the hub had before")

    path = fetch(net, lambda here, total: seen.append((here, total)))

    assert path == locate(net) == cache / "net.pt"
    assert path.read_bytes() == SMALL
    assert seen[-1] == (len(SMALL), len(SMALL))
    assert temporary_files(cache) == []
    assert hub.files["owner/models/resolve/main/folder/net.pt"].tokens_at_storage == [None]


def test_file_that_is_here_is_not_fetched_again(hub: HubServer) -> None:
    served = hub.serve("owner/models", "folder/net.pt", SMALL)
    fetch(weight(hub, SMALL))
    fetch(weight(hub, SMALL))
    assert len(served.ranges) == 1


def test_spaces_are_asked_at_their_own_address(hub: HubServer) -> None:
    hub.serve("spaces/owner/demo", "net.pt", SMALL)
    net = weight(hub, SMALL, Hub("owner/demo", "net.pt", repo_type="space", endpoint=hub.url))
    assert fetch(net).read_bytes() == SMALL


def test_cut_connection_is_taken_up_where_it_broke(hub: HubServer) -> None:
    served = hub.serve("owner/models", "folder/net.pt", LARGE, cuts=[11 << 20])
    assert fetch(weight(hub, LARGE)).read_bytes() == LARGE
    assert served.ranges == [None, f"bytes={10 << 20}-"]


def test_stopped_download_goes_on_later(cache: Path, hub: HubServer) -> None:
    served = hub.serve("owner/models", "folder/net.pt", LARGE)

    def stop_at_second_piece(here: int, _total: int | None) -> None:
        if here > 10 << 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(weight(hub, LARGE), stop_at_second_piece)
    assert len(temporary_files(cache)) == 1

    assert fetch(weight(hub, LARGE)).read_bytes() == LARGE
    assert served.ranges == [None, f"bytes={10 << 20}-"]
    assert temporary_files(cache) == []


def test_hub_that_announces_another_file_is_not_downloaded_from(cache: Path, hub: HubServer) -> None:
    other = hub.serve("owner/models", "folder/net.pt", SMALL[::-1])
    net = weight(hub, SMALL)
    with pytest.raises(StudioError) as refused:
        fetch(net)
    for part in ("net.pt", net.sha256, other.announced, "weights get net", str(cache)):
        assert part in str(refused.value)
    assert other.ranges == []


def test_wrong_bytes_never_become_the_file(cache: Path, hub: HubServer) -> None:
    net = weight(hub, SMALL)
    hub.serve("owner/models", "folder/net.pt", SMALL[::-1], announced=net.sha256)
    with pytest.raises(StudioError) as refused:
        fetch(net)
    for part in ("net.pt", net.sha256, hashlib.sha256(SMALL[::-1]).hexdigest(), "dropped"):
        assert part in str(refused.value)
    assert locate(net) is None
    assert temporary_files(cache) == []


def test_beginning_of_a_sum_is_enough_to_refuse(hub: HubServer) -> None:
    hub.serve("owner/models", "folder/net.pt", SMALL, announced="git-hash-of-a-small-file")
    whole = hashlib.sha256(SMALL).hexdigest()
    with pytest.raises(StudioError, match="not the expected file"):
        fetch(weight(hub, SMALL, sha256=f"{(int(whole[0], 16) + 1) % 16:x}{whole[1:8]}"))
    assert fetch(weight(hub, SMALL, sha256=whole[:8])).read_bytes() == SMALL


def test_file_of_unknown_sum_must_be_the_one_that_was_announced(hub: HubServer) -> None:
    hub.serve("owner/models", "folder/net.pt", SMALL, announced=hashlib.sha256(b"another").hexdigest())
    unknown = weight(hub, SMALL, sha256="", size=None)
    with pytest.raises(StudioError, match="other bytes than"):
        fetch(unknown)
    assert locate(unknown) is None


def test_second_home_is_asked_when_the_first_has_the_file_no_more(hub: HubServer) -> None:
    hub.serve("owner/models", "something-else.pt", SMALL)
    hub.serve("other/copies", "net.pt", SMALL)
    homes = (Hub("owner/models", "folder/net.pt", endpoint=hub.url), Hub("other/copies", "net.pt", endpoint=hub.url))
    assert fetch(weight(hub, SMALL, *homes)).read_bytes() == SMALL


@pytest.mark.parametrize(
    ("repo", "reason"),
    [
        ("owner/models", "no longer there (404)"),
        ("owner/vanished", "no such repository"),
        ("owner/gated", "accept its terms"),
        ("owner/forbidden", "access refused (403)"),
        ("owner/broken", "answers with an error (500)"),
    ],
)
def test_refusals_say_why(hub: HubServer, repo: str, reason: str) -> None:
    hub.serve("owner/models", "something-else.pt", SMALL)
    hub.serve("owner/gated", "net.pt", SMALL, token="secret")
    hub.serve("owner/forbidden", "net.pt", SMALL, refusal=403)
    hub.serve("owner/broken", "net.pt", SMALL, refusal=500)
    with pytest.raises(StudioError) as refused:
        fetch(weight(hub, SMALL, Hub(repo, "net.pt", endpoint=hub.url)))
    assert reason in str(refused.value)
    assert "\n" not in str(refused.value)


def test_gated_file_comes_with_a_token_that_storage_never_sees(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    served = hub.serve("owner/models", "folder/net.pt", SMALL, token="secret")
    monkeypatch.setenv("HF_TOKEN", "secret")
    assert fetch(weight(hub, SMALL)).read_bytes() == SMALL
    assert served.tokens_at_storage == [None]


def test_silent_host_is_asked_once_for_many_files(hub: HubServer, closed: str) -> None:
    silent: set[str] = set()
    homes = (Hub("owner/models", "net.pt", endpoint=closed), Hub("other/copies", "net.pt", endpoint=closed))
    with pytest.raises(StudioError, match=r"hub owner/models: connection failed .*; hub other/copies: as before\)"):
        fetch(weight(hub, SMALL, *homes), unreachable=silent)
    with pytest.raises(StudioError, match="hub owner/models: as before"):
        fetch(weight(hub, SMALL, *homes), unreachable=silent)


def script(content: bytes) -> list[str]:
    """A process that fetches the file and says when it begins, and where the file is."""
    code = (
        "from hyperstyle.weights.fetching import fetch\n"
        "from hyperstyle.weights.weight_sources import Hub, Weight\n"
        f"net = Weight('net', 'A network', 'net.pt', 'MIT', (Hub('owner/models', 'folder/net.pt'),),\n"
        f"    sha256={hashlib.sha256(content).hexdigest()!r})\n"
        "print('begins', flush=True)\n"
        "print(fetch(net), flush=True)\n"
    )
    return [sys.executable, "-c", code]


def test_two_processes_download_once(cache: Path, hub: HubServer) -> None:
    may_send = threading.Event()
    served = hub.serve("owner/models", "folder/net.pt", SMALL, may_send=may_send)
    environment = os.environ | {"HF_ENDPOINT": hub.url}
    processes = [subprocess.Popen(script(SMALL), env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "begins\n"
    may_send.set()
    answers = [process.communicate(timeout=30)[0] for process in processes]
    assert answers == [f"{cache / 'net.pt'}\n"] * 2
    assert len(served.ranges) == 1


def test_file_in_the_clients_own_cache_is_used_in_place(hub: HubServer) -> None:
    hub.serve("owner/models", "folder/net.pt", SMALL)
    environment = os.environ | {"HF_ENDPOINT": hub.url}
    earlier = "from huggingface_hub import hf_hub_download; hf_hub_download('owner/models', 'folder/net.pt')"
    subprocess.run([sys.executable, "-c", earlier], env=environment, check=True)
    hub.files.clear()
    answer = subprocess.run(script(SMALL), env=environment, check=True, capture_output=True, text=True).stdout
    path = Path(answer.splitlines()[1])
    assert path.read_bytes() == SMALL
    assert os.environ["HF_HOME"] in str(path)


def test_client_that_is_switched_off_is_told_so(hub: HubServer) -> None:
    hub.serve("owner/models", "folder/net.pt", SMALL)
    environment = os.environ | {"HF_ENDPOINT": hub.url, "HF_HUB_OFFLINE": "1"}
    run = subprocess.run(script(SMALL), env=environment, check=False, capture_output=True, text=True)
    assert "HF_HUB_OFFLINE" in run.stderr.splitlines()[-1]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a disk that is always full")
def test_full_disk_is_a_sentence(cache: Path, hub: HubServer) -> None:
    served = hub.serve("owner/models", "folder/net.pt", SMALL)
    cache.mkdir()
    (cache / f"net.pt.{served.announced[:16]}.part").symlink_to("/dev/full")
    with pytest.raises(StudioError, match=r"no room for net\.pt .* HYPERSTYLE_CACHE"):
        fetch(weight(hub, SMALL))


def test_disk_without_room_is_seen_before_the_download(hub: HubServer) -> None:
    served = hub.serve("owner/models", "folder/net.pt", SMALL)
    with pytest.raises(StudioError, match=r"no room for net\.pt"):
        fetch(weight(hub, SMALL, size=10**18))
    assert served.ranges == []


def test_cache_that_cannot_be_written_is_a_sentence(cache: Path, hub: HubServer) -> None:
    cache.write_text("a file where the folder should be")
    with pytest.raises(StudioError, match="cannot be written"):
        fetch(weight(hub, SMALL))


def test_wrong_file_in_the_cache_is_kept_aside(cache: Path, hub: HubServer) -> None:
    hub.serve("owner/models", "folder/net.pt", SMALL)
    cache.mkdir()
    (cache / "net.pt").write_bytes(b"put here by hand")
    net = weight(hub, SMALL)
    assert status(net).path is None
    assert "net.pt is not the expected file" in status(net).summary
    assert fetch(net).read_bytes() == SMALL
    assert (cache / "net.pt.unfit").read_bytes() == b"put here by hand"
