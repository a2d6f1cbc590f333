"""The pictures that trainings read."""

import time
from pathlib import Path

import pytest
import torch

from hyperstyle.networks.mobile_stylegan import MappingNetwork, MobileGenerator
from hyperstyle.training.core.generated_pictures import (
    code_of,
    file_of,
    full_renderer,
    make_pictures,
    numbers_in,
    read_picture,
)


@pytest.fixture
def made(tmp_path: Path, generator: MobileGenerator, mapping: MappingNetwork) -> Path:
    make_pictures(
        tmp_path, full_renderer(generator, torch.device("cpu")), mapping, range(999, 1001), time.monotonic() + 60
    )
    return tmp_path


def test_a_number_decides_the_picture(made: Path, generator: MobileGenerator, mapping: MappingNetwork) -> None:
    assert numbers_in(made) == [999, 1000]
    with torch.inference_mode():
        exact = torch.nn.functional.avg_pool2d(generator(code_of(999, mapping)), 4)[0].clamp(-1, 1)
    stored = read_picture(file_of(made, 999), 256)
    assert (stored - exact).abs().mean() < 0.03  # bfloat16 and JPEG
    other = read_picture(file_of(made, 1000), 256)
    assert (other - exact).abs().mean() > 0.1


def test_what_is_there_is_not_made_again(made: Path, generator: MobileGenerator, mapping: MappingNetwork) -> None:
    before = file_of(made, 999).stat().st_mtime_ns
    again = make_pictures(
        made, full_renderer(generator, torch.device("cpu")), mapping, range(998, 1001), time.monotonic() + 60
    )
    assert again == 1
    assert file_of(made, 999).stat().st_mtime_ns == before


def test_nothing_is_begun_after_the_deadline(
    tmp_path: Path, generator: MobileGenerator, mapping: MappingNetwork
) -> None:
    assert (
        make_pictures(tmp_path, full_renderer(generator, torch.device("cpu")), mapping, range(5), time.monotonic()) == 0
    )
    assert numbers_in(tmp_path) == []
