from pathlib import Path

import pytest
import torch

from hyperstyle.networks.mobile import MobileGenerator
from hyperstyle.weights.openvino import load_generator, load_mapping
from tests.weights_at_hand import weight_file


@pytest.fixture(scope="session")
def mapping_file() -> Path:
    weight_file("random-face-mapping-bin")
    return weight_file("random-face-mapping-xml")


@pytest.fixture(scope="session")
def generator() -> MobileGenerator:
    weight_file("random-face-synthesis-bin")
    return load_generator(weight_file("random-face-synthesis-xml"))


@pytest.fixture(scope="session")
def code(mapping_file: Path) -> torch.Tensor:
    """A code [1, 512] of an ordinary face."""
    return load_mapping(mapping_file)(torch.randn(1, 512, generator=torch.Generator().manual_seed(0)), 0.7)
