"""Our own weights: what comes back from a file in half precision, and from one in 8 bits."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from hyperstyle.errors import StudioError
from hyperstyle.weights.assets import load_shipped, ship, story_of


def network(seed: int) -> nn.Sequential:
    torch.manual_seed(seed)
    layers = nn.Sequential(nn.Conv2d(32, 64, 3), nn.BatchNorm2d(64), nn.Conv2d(64, 8, 1))
    layers.requires_grad_(False)
    layers[0].weight *= torch.logspace(-4, 1, 64).view(-1, 1, 1, 1)  # rows of very different lengths
    layers[0].weight[3] = 0
    return layers


def distance(one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    """Relative distance of each row."""
    rows, others = one.flatten(1), other.flatten(1)
    return (rows - others).norm(dim=1) / rows.norm(dim=1).clamp(min=1e-12)


def test_8_bits_take_half_of_the_space_and_lose_a_hundredth_of_every_row(tmp_path: Path) -> None:
    given = network(0)
    ship(given, tmp_path / "halves", {"network": "any"})
    ship(given, tmp_path / "bytes", {"network": "any"}, in_8_bits=True)
    assert (tmp_path / "bytes").stat().st_size < 0.6 * (tmp_path / "halves").stat().st_size
    assert story_of(tmp_path / "bytes") == {"network": "any"}
    back = load_shipped(network(1), tmp_path / "bytes")
    assert 0 < float(distance(given[0].weight, back[0].weight).max()) < 0.01
    assert torch.equal(back[0].weight[3], torch.zeros_like(back[0].weight[3]))
    small = load_shipped(network(1), tmp_path / "halves")
    assert torch.equal(back[2].weight, small[2].weight), "small arrays stay in half precision"
    picture = torch.randn(1, 32, 9, 9)
    assert float((given.eval()(picture) - back(picture)).norm() / given(picture).norm()) < 0.01


def test_files_without_8_bits_load_as_ever(tmp_path: Path) -> None:
    given = network(0)
    halves = {name: value.half() if value.is_floating_point() else value for name, value in given.state_dict().items()}
    save_file(halves, tmp_path / "old", {"network": "any"})
    back = load_shipped(network(1), tmp_path / "old").state_dict()
    assert all(torch.equal(back[name], value.to(back[name].dtype)) for name, value in halves.items())


def test_8_bits_are_whole_numbers_in_the_file(tmp_path: Path) -> None:
    ship(network(0), tmp_path / "bytes", {}, in_8_bits=True)
    kept = load_file(tmp_path / "bytes")
    assert kept["0.weight"].dtype == torch.int8
    assert int(kept["0.weight"].abs().max()) == 127
    assert kept["0.weight:scale"].shape == (64,)


@pytest.mark.parametrize("in_8_bits", [False, True])
@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers_are_not_shipped(tmp_path: Path, number: float, in_8_bits: bool) -> None:
    broken = network(0)
    broken[0].weight[5, 0, 0, 0] = number
    with pytest.raises(StudioError, match=r"0\.weight"):
        ship(broken, tmp_path / "broken", {}, in_8_bits=in_8_bits)
    assert not (tmp_path / "broken").exists()
