"""The page as it is on a Space of the model hub without lent GPUs, where the package `spaces` changes nothing."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from gradio_client import Client, handle_file

from hyperstyle.device import DEVICE_VARIABLE
from tests.web.conftest import EXAMPLES
from tests.weights_at_hand import weight_file

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The page, started as a Space starts it."""
    pytest.importorskip("spaces")
    for name in ("random-face-synthesis-bin", "dlib-landmarks", "dlib-identity", "lpips-alexnet"):
        weight_file(name)
    space = {"SYSTEM": "spaces", "SPACE_ID": "someone/studio", "PYTHONUNBUFFERED": "1", "GRADIO_SERVER_PORT": "7931"}
    with subprocess.Popen(
        [sys.executable, "app.py"], cwd=ROOT, env=os.environ | space, stdout=subprocess.PIPE, text=True
    ) as page:
        try:
            for line in page.stdout or ():
                if found := re.search(r"http://\S+", line):
                    yield found[0]
                    break
        finally:
            page.terminate()


def test_the_page_of_a_space_answers_and_says_what_it_runs_on(address: str) -> None:
    client = Client(address, verbose=False)
    report, _ = client.predict(handle_file(EXAMPLES / "male_090.jpg"), api_name="/detect")
    assert len(report["faces"]) == 1
    running_on = re.compile(r"Runs on: (CPU|NVIDIA|Apple)")
    assert running_on.search(str(client.config)), DEVICE_VARIABLE
