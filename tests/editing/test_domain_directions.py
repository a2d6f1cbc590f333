"""Which directions a domain has, with files of the user's in the published layouts."""

import pickle
from pathlib import Path

import pytest
import torch

from hyperstyle.domain_table import DOMAINS, EMBEDDED
from hyperstyle.editing.directions import MAX_AMOUNT, Edit, apply_edits
from hyperstyle.editing.domain_directions import OWN_COMPONENTS, directions_of
from hyperstyle.editing.ganspace import components_of
from hyperstyle.errors import StudioError
from hyperstyle.networks.mobile_stylegan import MobileGenerator
from hyperstyle.networks.published_models import HyperStyleModel
from hyperstyle.networks.stylegan2 import layer_shapes
from hyperstyle.weights.catalogue import WEIGHTS
from hyperstyle.weights.model_loading import load
from tests.weights import published_files as files

CARS, WILD = DOMAINS["cars"], DOMAINS["wild"]
OF_FFHQ = ("faces", "faces-hyperinverter")
"""The other domains whose generator is StyleGAN2 FFHQ, of which the embedded one was distilled."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only place with weights."""
    monkeypatch.setenv("HYPERSTYLE_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setenv("HYPERSTYLE_CACHE", str(tmp_path / "cache"))
    (tmp_path / "weights").mkdir()
    return tmp_path / "weights"


@pytest.mark.parametrize("name", OF_FFHQ)
def test_all_generators_of_one_w_move_codes_along_the_same_directions(name: str) -> None:
    embedded, domain = directions_of(EMBEDDED), DOMAINS[name]
    assert domain.options is not None
    n_styles = layer_shapes(domain.options.output_size, domain.options.design)[-1].style + 1
    assert n_styles == domain.n_styles
    assert n_styles == MobileGenerator.n_styles, "layer ranges would mean something else"
    shared = directions_of(domain)
    assert list(shared) == list(embedded)
    for direction in embedded:
        assert torch.equal(shared[direction].move(n_styles), embedded[direction].move(n_styles))


def test_only_generators_of_that_w_have_its_directions() -> None:
    named = set(directions_of(EMBEDDED))
    for domain in DOMAINS.values():
        shares = domain is EMBEDDED or domain.name in OF_FFHQ
        assert (set(directions_of(domain)) & named == named) is shares, domain.name


def published_wild(folder: Path) -> HyperStyleModel:
    """A small model in the published files of wild animals."""
    hyperstyle, w_encoder = (folder / WEIGHTS[name].filename for name in WILD.model)
    content = files.content_of_hyperstyle(256, "4,10", "SharedWeightsHyperNetResNet", "afhq_wild_hypernet")
    torch.save(content, hyperstyle)
    torch.save(files.content_of_w_encoder(256), w_encoder)
    return load(HyperStyleModel, hyperstyle, w_encoder)


def test_wild_is_edited_along_the_components_of_its_own_w(folder: Path) -> None:
    directions = directions_of(WILD)
    assert len(directions) == OWN_COMPONENTS, "the sliders are there before the weights are"
    model = published_wild(folder)
    known = components_of(model.mapping, OWN_COMPONENTS)
    codes = torch.zeros(1, model.generator.n_styles, 512)
    moved = apply_edits(codes, [Edit(directions["component-1"], MAX_AMOUNT)], model.generator.n_styles)
    torch.testing.assert_close(moved[0, 0], 3 * known.deviations[1] * known.vectors[1])


def test_cars_have_the_published_picks_where_their_file_is_and_components_of_their_own_where_not(folder: Path) -> None:
    assert "component-0" in directions_of(CARS)
    torch.save({"comp": torch.randn(80, 1, 512), "std": torch.rand(80)}, folder / WEIGHTS["ganspace-cars"].filename)
    assert list(directions_of(CARS)) == ["pose", "cube", "colour", "grass"]
    for direction in directions_of(CARS).values():
        assert direction.move(16).any()


def test_a_damaged_file_of_components_is_a_sentence_when_a_slider_is_moved(folder: Path) -> None:
    (folder / WEIGHTS["ganspace-cars"].filename).write_bytes(b"nothing of the kind")
    pose = directions_of(CARS)["pose"]
    with pytest.raises(StudioError, match=r"cars_pca\.pt"):
        pose.move(16)


def test_a_direction_that_is_yet_to_be_found_goes_into_another_process(folder: Path) -> None:
    torch.save({"comp": torch.randn(80, 1, 512), "std": torch.rand(80)}, folder / WEIGHTS["ganspace-cars"].filename)
    cube = directions_of(CARS)["cube"]
    assert torch.equal(pickle.loads(pickle.dumps(cube)).move(16), cube.move(16))
