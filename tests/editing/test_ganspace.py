"""Principal components: of a generator's own W, and from published files."""

from functools import partial
from pathlib import Path

import pytest
import torch

from hyperstyle.editing.directions import MAX_AMOUNT, Edit, apply_edits
from hyperstyle.editing.ganspace import (
    CAR_COMPONENTS,
    components_of,
    named_direction,
    numbered_directions,
    read_components,
)
from hyperstyle.errors import StudioError
from hyperstyle.networks.mobile_stylegan import MappingNetwork
from hyperstyle.networks.stylegan2 import StyleGan2

CAR_STYLES = 16


def test_components_of_w_are_its_widest_axes(mapping: MappingNetwork) -> None:
    found = components_of(mapping, 6)
    torch.testing.assert_close(found.vectors @ found.vectors.T, torch.eye(6), atol=1e-4, rtol=0)
    with torch.inference_mode():
        fresh = mapping(torch.randn(4000, 512, generator=torch.Generator().manual_seed(77)))
    along = (fresh @ found.vectors.T).std(0)
    torch.testing.assert_close(along, found.deviations, atol=0, rtol=0.06)
    assert bool((found.deviations.diff() <= 0).all())
    anywhere = torch.nn.functional.normalize(torch.randn(512, generator=torch.Generator().manual_seed(1)), dim=0)
    assert float((fresh @ anywhere).std()) < float(found.deviations[5])


def test_components_are_the_same_every_time_and_for_any_generator() -> None:
    torch.manual_seed(5)
    generator = StyleGan2(64).eval()
    one, again = components_of(generator.mapping, 3), components_of(generator.mapping, 3)
    assert torch.equal(one.vectors, again.vectors)
    directions = numbered_directions(lambda: one, 3, generator.n_styles)
    move = directions[1].move(generator.n_styles) * MAX_AMOUNT
    expected = 3 * one.deviations[1] * one.vectors[1]
    torch.testing.assert_close(move, expected.expand(generator.n_styles, -1))


def test_the_published_picks_for_cars_move_their_styles_by_their_strength(tmp_path: Path) -> None:
    vectors, deviations = torch.randn(80, 1, 512), torch.rand(80)
    torch.save({"comp": vectors, "std": deviations, "mean": torch.zeros(1, 512)}, tmp_path / "cars_pca.pt")
    read = partial(read_components, tmp_path / "cars_pca.pt")
    codes = torch.randn(1, CAR_STYLES, 512)
    grass = next(pick for pick in CAR_COMPONENTS if pick.name == "grass")
    moved = apply_edits(codes, [Edit(named_direction(read, grass), MAX_AMOUNT)], CAR_STYLES) - codes
    torch.testing.assert_close(moved[0, 9:11], (-18 * deviations[41] * vectors[41]).expand(2, -1), atol=1e-5, rtol=1e-4)
    assert not moved[0, :9].any()
    assert not moved[0, 11:].any()


def test_a_file_of_another_kind_or_with_too_few_components_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pca.pt"
    for content in (
        torch.zeros(80, 512),
        {"comp": torch.zeros(80, 512)},
        {"comp": torch.zeros(9), "std": torch.zeros(3)},
    ):
        torch.save(content, path)
        with pytest.raises(StudioError, match=r"pca\.pt"):
            read_components(path)
    torch.save({"comp": torch.zeros(5, 1, 512), "std": torch.ones(5)}, path)
    with pytest.raises(StudioError, match="Component 41"):
        named_direction(partial(read_components, path), CAR_COMPONENTS[-1]).move(CAR_STYLES)
