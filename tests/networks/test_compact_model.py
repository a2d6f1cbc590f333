"""The model of big cats in assets/: codes descend, and refinements come close to pictures that no code gives."""

import pytest
import torch
from torch import Tensor

from hyperstyle.domain_table import DOMAINS
from hyperstyle.inversion import hyperstyle
from hyperstyle.inversion.polish import polish
from hyperstyle.networks.compact_model import CompactModel
from hyperstyle.weights.model_loading import load_model
from tests.weights_at_hand import weight_file

WILD = DOMAINS["wild-lite"]


@pytest.fixture(scope="module")
def model() -> CompactModel:
    for name in WILD.required_weights:
        weight_file(name)
    opened = load_model(WILD)
    assert isinstance(opened, CompactModel)
    return opened


@pytest.fixture(scope="module")
def codes(model: CompactModel) -> Tensor:
    """Two codes [2, 512] of big cats."""
    return model.mapping(torch.randn(2, 512, generator=torch.Generator().manual_seed(0)))


@pytest.fixture(scope="module")
def mixed(model: CompactModel, codes: Tensor) -> Tensor:
    """A picture [1, 3, 256, 256] with the shapes of one code and the colours of the other."""
    coarse = torch.arange(model.generator.n_styles)[:, None] < model.generator.n_styles // 2
    return model.generator(torch.where(coarse, codes[0], codes[1])[None]).clamp(-1, 1)


def test_its_pictures_are_their_own_previews(model: CompactModel, codes: Tensor) -> None:
    kernels = model.generator.kernels()
    inputs: list[Tensor] = []
    shown = model.preview_of(model.preview_features(codes, kernels, inputs), codes)
    assert torch.allclose(shown, model.generator(codes), atol=1e-5)
    assert len(inputs) == max(model.hypernetwork.layers)
    assert model.nearby(shown) is None


def test_codes_descend_from_the_encoders(model: CompactModel, mixed: Tensor) -> None:
    with torch.no_grad():
        first, last = (model.distance(model.generator(model.encode(mixed, count)), mixed) for count in (0, 12))
    assert last < 0.8 * first


def test_refinements_and_polish_come_close_to_what_no_code_gives(model: CompactModel, mixed: Tensor) -> None:
    steps = list(hyperstyle.invert(model, mixed, 3))
    *_, polished = polish(model, mixed, steps[-1], 6)
    errors = [float((step.picture - mixed).square().mean()) for step in (*steps, polished)]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 0.4 * errors[0]


def test_new_codes_are_spread_as_wide_as_those_of_the_generator_it_descends_from(model: CompactModel) -> None:
    codes = model.mapping(torch.randn(500, 512, generator=torch.Generator().manual_seed(1)))
    pictures = torch.cat([model.generator(code[None]) for code in codes[:6]])
    assert codes.std(0).mean() > 0.02
    assert (pictures[:3] - pictures[3:]).square().mean() > 0.05
