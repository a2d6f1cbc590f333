"""A folder of a few drawn animals, and a training on them."""

from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import Tensor

from hyperstyle.networks.mobile_stylegan import MappingNetwork, MobileGenerator
from hyperstyle.networks.small_encoder import SmallEncoder
from hyperstyle.paths import ASSETS
from hyperstyle.training.animals.auto_decoder import AnimalTraining
from hyperstyle.training.animals.dataset import AnimalPictures
from hyperstyle.weights.assets import load_shipped
from hyperstyle.weights.lpips_loading import load_lpips
from tests.weights_at_hand import weight_file

COUNT, HELD = 8, 2


def drawn(number: int) -> Image.Image:
    """A picture that is not its own mirror image: a coloured square on a gradient."""
    gradient = Image.linear_gradient("L").rotate(90)
    picture = Image.merge("RGB", [gradient.point(lambda value, c=c: value * c // 255) for c in (200, 120, 60)])
    picture.paste((255, 30 * number, 0), (40, 40 + 10 * number, 100, 100 + 10 * number))
    return picture


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures with an index."""
    folder = tmp_path_factory.mktemp("animals")
    lines = ["file,species,split"]
    for number in range(COUNT):
        drawn(number).save(folder / f"{number}.png")
        lines.append(f"{number}.png,tiger,{'test' if number < HELD else 'train'}")
    (folder / "index.csv").write_text("\n".join(lines))
    return folder


@pytest.fixture(scope="session")
def pictures(folder: Path) -> AnimalPictures:
    return AnimalPictures.read(folder)


@pytest.fixture
def training(pictures: AnimalPictures, generator: MobileGenerator, mapping: MappingNetwork) -> AnimalTraining:
    """A training that has not begun."""
    torch.manual_seed(0)
    encoder = load_shipped(SmallEncoder(), ASSETS / "w-encoder.safetensors")
    lpips = load_lpips(weight_file("lpips-alexnet"))
    return AnimalTraining.begin(pictures, generator, mapping, encoder, lpips, torch.device("cpu"))


@pytest.fixture(scope="session")
def cloud() -> Tensor:
    """Numbers [4000, 6] that are spread unevenly."""
    source = torch.Generator().manual_seed(0)
    shape = torch.randn(6, 6, generator=source)
    return torch.randn(4000, 6, generator=source) @ shape + torch.arange(6.0)
