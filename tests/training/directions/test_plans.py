"""Labels of faces, boundaries between them, and what the shipped directions do to a real face."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from hyperstyle.editing.direction_files import DIRECTIONS_FILE, read_directions
from hyperstyle.editing.directions import MAX_AMOUNT, Edit, apply_edits
from hyperstyle.metrics.attribute_networks import AttributeNetworks
from hyperstyle.metrics.attributes import LABELS, Labeller
from hyperstyle.networks.mobile_stylegan import MobileGenerator
from hyperstyle.paths import ASSETS
from hyperstyle.photo.reading import Pixels
from hyperstyle.photo.tensors import to_pixels
from hyperstyle.training.core.generated_pictures import Renderer, file_of, full_renderer, write_jpeg
from hyperstyle.training.core.picture_labels import PictureLabels, label_pictures
from hyperstyle.training.directions.fit import fit, orthogonal_to
from hyperstyle.training.directions.plans import PLANS, fit_directions
from tests.weights_at_hand import weight_file


@pytest.fixture(scope="module")
def labeller() -> Labeller:
    networks = AttributeNetworks(weight_file("age-net"), weight_file("gender-net"), weight_file("emotion-net"))
    return Labeller(weight_file("dlib-landmarks"), networks)


@pytest.fixture(scope="module")
def draw(generator: MobileGenerator) -> Renderer:
    return full_renderer(generator, torch.device("cpu"))


def picture(draw: Renderer, code: Tensor) -> Pixels:
    with torch.inference_mode():
        return to_pixels(draw(code))


def test_a_mirrored_face_looks_and_is_lit_the_other_way_and_is_as_old(
    labeller: Labeller, draw: Renderer, code: Tensor
) -> None:
    turned = apply_edits(
        code, [Edit(read_directions(ASSETS / DIRECTIONS_FILE)["light-side"], -MAX_AMOUNT)], MobileGenerator.n_styles
    )
    pixels = picture(draw, turned)
    here = dict(zip(LABELS, labeller.labels(pixels).tolist(), strict=True))
    there = dict(zip(LABELS, labeller.labels(np.ascontiguousarray(pixels[:, ::-1])).tolist(), strict=True))
    assert here["yaw"] == pytest.approx(-there["yaw"], abs=0.08)
    assert here["light-side"] == pytest.approx(-there["light-side"], abs=0.1)
    assert abs(here["light-side"]) > 0.2
    assert here["age"] == pytest.approx(there["age"], abs=5)
    assert here["brightness"] == pytest.approx(there["brightness"], abs=6)


@pytest.mark.parametrize("name", ["age", "smile", "yaw", "mouth-open", "eyes-open", "glasses"])
def test_a_shipped_direction_moves_its_own_label(labeller: Labeller, draw: Renderer, code: Tensor, name: str) -> None:
    direction = read_directions(ASSETS / DIRECTIONS_FILE)[name]
    ends = [
        apply_edits(code, [Edit(direction, amount)], MobileGenerator.n_styles) for amount in (-MAX_AMOUNT, MAX_AMOUNT)
    ]
    low, high = (labeller.labels(picture(draw, end))[LABELS.index(name)] for end in ends)
    assert low < high


def planted(seed: int = 0) -> tuple[Tensor, Tensor]:
    """Codes [N, 512] that vary as unevenly as W does, and labels [N, labels] along known axes, with noise."""
    source = torch.Generator().manual_seed(seed)
    codes = torch.randn(4000, 512, generator=source) * torch.linspace(2, 0.2, 512)
    values = codes[:, : len(LABELS)] + 0.3 * torch.randn(4000, len(LABELS), generator=source)
    return codes, values


def test_a_boundary_finds_the_axis_that_a_label_follows() -> None:
    codes, values = planted()
    assert float(fit(codes, values[:, 3]).normal[3]) > 0.95
    assert float(fit(codes, -values[:, 3]).normal[3]) < -0.95


def test_held_out_faces_judge_and_are_not_fitted_on() -> None:
    codes, values = planted()
    held_out = torch.arange(4000) < 1000
    values[held_out] = -values[held_out]  # so that whoever fits on them finds the opposite
    found = fit_directions(codes, PictureLabels(np.arange(4000), values.numpy()), held_out)
    assert [one.direction.name for one in found] == [plan.label for plan in PLANS]
    for one in found:
        assert one.accuracy < 0.1


def test_a_direction_set_apart_leaves_the_others_alone_and_stays_as_near_as_it_can() -> None:
    source = torch.Generator().manual_seed(3)
    normal, *others = torch.nn.functional.normalize(torch.randn(4, 512, generator=source) + 1, dim=1)
    apart = orthogonal_to(normal, list(others))
    assert float(apart.norm()) == pytest.approx(1, abs=1e-5)
    assert all(abs(float(apart @ other)) < 1e-5 for other in others)
    nudge = orthogonal_to(torch.randn(512, generator=source), list(others))
    assert float(apart @ normal) > float(torch.nn.functional.normalize(apart + 0.1 * nudge, dim=0) @ normal)


def test_labels_once_written_are_read_and_new_pictures_are_labelled(
    labeller: Labeller, draw: Renderer, code: Tensor, tmp_path: Path
) -> None:
    with torch.inference_mode():
        write_jpeg(file_of(tmp_path, 1), draw(code))
    (first,) = label_pictures(tmp_path, tmp_path / "labels", [1], labeller)
    file_of(tmp_path, 2).write_bytes(file_of(tmp_path, 1).read_bytes())
    file_of(tmp_path, 1001).parent.mkdir()
    file_of(tmp_path, 1).rename(file_of(tmp_path, 1001))
    (again,) = label_pictures(tmp_path, tmp_path / "labels", [1], labeller)  # the picture itself is gone
    assert np.array_equal(first.values, again.values)
    grown = list(label_pictures(tmp_path, tmp_path / "labels", [2, 1001], labeller))
    assert [part.numbers.tolist() for part in grown] == [[2], [1001]]
    assert np.array_equal(grown[1].values, first.values)
