"""Edits: nothing at zero, adding up, in any order; directions in files of our own and of others."""

import itertools
import json
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from torch import Tensor

from hyperstyle.editing.direction_files import DIRECTIONS_FILE, read_directions, write_directions
from hyperstyle.editing.directions import MAX_AMOUNT, Direction, Edit, apply_edits
from hyperstyle.errors import StudioError
from hyperstyle.networks.mobile_stylegan import MobileGenerator
from hyperstyle.paths import ASSETS

STYLES = MobileGenerator.n_styles
NEEDED = {"age", "smile", "yaw"}


def direction(name: str, seed: int, styles: tuple[int, int] = (0, STYLES)) -> Direction:
    vector = torch.randn(512, generator=torch.Generator().manual_seed(seed))
    return Direction(name, name.title(), "less", "more", vector / vector.norm(), styles, reach=3.0)


@pytest.fixture
def codes() -> Tensor:
    return torch.randn(2, STYLES, 512, generator=torch.Generator().manual_seed(9))


def test_amounts_that_come_to_zero_leave_the_very_codes(codes: Tensor) -> None:
    one = direction("one", 1)
    for still in (codes, codes[:, 0]):
        assert apply_edits(still, [], STYLES) is still
        assert apply_edits(still, [Edit(one, 0.0)], STYLES) is still
        assert apply_edits(still, [Edit(one, 1.5), Edit(one, -1.5)], STYLES) is still


def test_the_order_of_edits_makes_no_difference_in_any_digit(codes: Tensor) -> None:
    edits = [
        Edit(direction(name, i), amount) for i, (name, amount) in enumerate(zip("abc", (0.1, -3.7, 4.9), strict=True))
    ]
    edits.append(Edit(edits[0].direction, 0.2))
    results = [apply_edits(codes, list(order), STYLES) for order in itertools.permutations(edits)]
    assert all(torch.equal(result, results[0]) for result in results)


def test_edits_add_up(codes: Tensor) -> None:
    one, other = direction("one", 1), direction("other", 2, styles=(4, 8))
    at_once = apply_edits(codes, [Edit(one, 2.0), Edit(other, -1.0), Edit(one, 1.0)], STYLES)
    in_turn = apply_edits(apply_edits(codes, [Edit(one, 3.0)], STYLES), [Edit(other, -1.0)], STYLES)
    torch.testing.assert_close(at_once, in_turn)


def test_the_end_of_the_slider_is_the_reach_and_only_in_the_styles_of_the_direction(codes: Tensor) -> None:
    moved = apply_edits(codes, [Edit(direction("one", 1, styles=(4, 8)), MAX_AMOUNT)], STYLES) - codes
    lengths = moved.norm(dim=2)
    torch.testing.assert_close(lengths[:, 4:8], torch.full((2, 4), 3.0))
    assert not lengths[:, :4].any()
    assert not lengths[:, 8:].any()


def test_a_code_in_w_is_moved_like_the_same_code_in_all_styles(codes: Tensor) -> None:
    edits = [Edit(direction("one", 1, styles=(4, 8)), 2.0)]
    code = codes[:, 0]
    assert torch.equal(
        apply_edits(code, edits, STYLES), apply_edits(code[:, None].expand(-1, STYLES, -1), edits, STYLES)
    )


def test_files_give_back_what_was_written(tmp_path: Path) -> None:
    written = [direction("other", 2, styles=(4, 8)), direction("one", 1)]
    path = tmp_path / "some.safetensors"
    write_directions(path, written, {"one": {"accuracy": 0.9}, "other": {}})
    found = read_directions(path)
    assert list(found) == ["other", "one"], "sliders keep the order in which they were written"
    for expected in written:
        got = found[expected.name]
        assert torch.equal(got.move(STYLES), expected.move(STYLES))
        assert (got.title, got.less, got.more) == (expected.title, expected.less, expected.more)


def test_a_damaged_or_missing_file_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "directions.safetensors"
    with pytest.raises(StudioError, match="missing"):
        read_directions(path)
    path.write_bytes(b"no tensors")
    with pytest.raises(StudioError, match="damaged"):
        read_directions(path)


def test_a_direction_may_have_a_vector_for_each_style(codes: Tensor) -> None:
    vectors = torch.randn(STYLES, 512)
    each = Direction("each", "Each", "less", "more", vectors, (0, STYLES))
    torch.testing.assert_close(apply_edits(codes, [Edit(each, -2.0)], STYLES), codes - 2 * vectors)
    with pytest.raises(StudioError, match="18 styles"):
        each.move(16)


@pytest.fixture
def shipped() -> dict[str, Direction]:
    return read_directions(ASSETS / DIRECTIONS_FILE)


def test_the_shipped_directions_are_unit_vectors_that_say_how_good_they_are(shipped: dict[str, Direction]) -> None:
    assert set(shipped) >= NEEDED
    assert len(shipped) >= len(NEEDED) + 4
    with safe_open(ASSETS / DIRECTIONS_FILE, "pt") as file:
        stories = {name: json.loads(story) for name, story in file.metadata().items()}
    for name, one in shipped.items():
        assert float(one.vector.norm()) == pytest.approx(1, abs=1e-5)
        assert stories[name]["accuracy"] > 0.85, name
        low, before, high = stories[name]["own_label"]
        assert low < before < high, name
