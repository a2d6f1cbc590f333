"""What all tests share."""

import os
from pathlib import Path
from typing import Any

import pytest
import torch
from xdist.scheduler import LoadScopeScheduling

from hyperstyle.inverter import Inverter
from hyperstyle.networks.mobile_stylegan import MappingNetwork, MobileGenerator
from hyperstyle.weights.openvino import load_generator, load_mapping
from tests.small_models import small_churches, small_inverter
from tests.weights_at_hand import weight_file

SERVED = ("tests/bulk/test_bulk.py",)
"""What keeps several processes busy by itself: a server with a browser, a cluster."""


class ByFile(LoadScopeScheduling):
    """Where several processes run tests: those of one file stay together, as they share what is slow to make."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::")[0]
        return "served" if file.startswith(SERVED) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    return ByFile(config, log)


def pytest_configure() -> None:
    """Processes that run tests side by side share the cores: threads that wait for each other's cores only spin."""
    if processes := os.environ.get("PYTEST_XDIST_WORKER_COUNT"):
        threads = max(1, (os.cpu_count() or 1) // int(processes))
        os.environ["OMP_NUM_THREADS"] = str(threads)  # for programs that tests start
        torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference answers and portraits beside the checkout, or a skip where there is none."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip("no ../shared folder beside this checkout: reference answers and portraits are not at hand")
    return folder


@pytest.fixture(scope="session")
def mapping() -> MappingNetwork:
    """The embedded mapping network."""
    weight_file("random-face-mapping-bin")
    return load_mapping(weight_file("random-face-mapping-xml"))


@pytest.fixture(scope="session")
def generator() -> MobileGenerator:
    """The embedded generator."""
    weight_file("random-face-synthesis-bin")
    return load_generator(weight_file("random-face-synthesis-xml"))


@pytest.fixture(scope="session")
def code(mapping: MappingNetwork) -> torch.Tensor:
    """A code [1, 512] of an ordinary face."""
    return mapping(torch.randn(1, 512, generator=torch.Generator().manual_seed(0)), 0.7)


@pytest.fixture(scope="session")
def inverter() -> Inverter:
    """Real tools for faces and a small model with random weights, opened once."""
    return small_inverter()


@pytest.fixture(scope="session")
def churches() -> Inverter:
    """The same for churches, with a model whose offsets are added."""
    return small_churches()
