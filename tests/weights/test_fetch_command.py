"""`python -m hyperstyle weights list | get`, as a user runs it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.weights.hub_server import HubServer

pytestmark = pytest.mark.usefixtures("cache")


def weights(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hyperstyle", "weights", *arguments]
    return subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)


def test_get_and_list_agree(cache: Path, hub: HubServer) -> None:
    hub.serve("rinong/stylegan-nada-models", "anime.pt", b"a style")
    got = weights("get", "style-anime", HF_ENDPOINT=hub.url)
    assert (got.returncode, got.stdout, got.stderr) == (0, f"style-anime: {cache / 'anime.pt'}\n", "")
    listed = weights("list")
    assert listed.returncode == 0
    assert f"ready: {cache / 'anime.pt'}" in listed.stdout


def test_get_that_fails_is_one_line_and_status_1(hub: HubServer) -> None:
    hub.serve("rinong/stylegan-nada-models", "anime.pt", b"a style")
    got = weights("get", "style-joker", HF_ENDPOINT=hub.url)
    assert got.returncode == 1
    assert got.stderr.count("\n") == 1
    assert got.stderr.startswith("joker.pt cannot be fetched (hub rinong/stylegan-nada-models: the file is no longer")


def test_unknown_domain_is_wrong_usage() -> None:
    got = weights("get", "dogs")
    assert got.returncode == 2
    assert "faces-lite" in got.stderr


def test_list_claims_nothing_about_the_network(closed: str, tmp_path: Path) -> None:
    listed = weights("list", HF_ENDPOINT=closed, HYPERSTYLE_WEIGHTS=str(tmp_path / "missing"))
    assert listed.returncode == 0
    assert "no such folder" in listed.stdout
    assert "not here; would come from hub trysem/DualStyleGANplus, or hub space" in listed.stdout
    assert "ready" not in listed.stdout
