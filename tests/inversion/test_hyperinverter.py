"""HyperInverter's one pass, with real networks and random weights."""

import pytest
import torch

from hyperstyle.inversion.hyperstyle import invert
from hyperstyle.networks.published_models import HyperInverterModel, Options
from hyperstyle.networks.stylegan2 import Design

DESIGN = Design(channel_base=2048, channel_max=64, conv_clamp=256, equalised=False)


@pytest.fixture(scope="module")
def model() -> HyperInverterModel:
    torch.manual_seed(0)
    options = Options(256, "ResNetLayerWiseEncoder", "church_encode", (0, 1, 2, 3, 17), hidden_dim=8, design=DESIGN)
    model = HyperInverterModel(options).eval().requires_grad_(False)
    model.latent_avg.normal_()
    return model


def test_the_first_picture_is_the_codes_and_the_second_has_what_is_added(model: HyperInverterModel) -> None:
    photo = torch.rand(1, 3, 256, 256) * 2 - 1
    first, second = invert(model, photo, steps=1)
    assert (first.index, second.index) == (0, 1)
    codes = model.w_encoder(photo)[:, None] + model.latent_avg
    torch.testing.assert_close(first.codes, codes)
    torch.testing.assert_close(first.picture, model.generator(codes))
    assert not first.offsets
    assert list(second.offsets) == [0, 1, 2, 3, 17]
    for layer, added in second.offsets.items():
        assert added.shape == (1, *model.generator.layer_list()[layer].weight.shape)
    changed = HyperInverterModel(model.options).generator
    changed.load_state_dict(model.generator.state_dict())
    with torch.no_grad():
        for layer, added in second.offsets.items():
            changed.layer_list()[layer].weight += added[0]
        torch.testing.assert_close(second.picture, changed(codes))


def test_layers_look_at_the_maps_of_the_published_table(model: HyperInverterModel) -> None:
    assert model.hypernetwork.map_indices == {0: 0, 1: 1, 2: 2, 3: 3, 17: 12}
    before = torch.randn(1, 14, 512, 8, 8)
    moved = before.clone()
    moved[:, 3] += torch.randn(512, 8, 8)
    answers = model.hypernetwork(before, before), model.hypernetwork(moved, before)
    assert [layer for layer in answers[0] if not torch.equal(answers[0][layer], answers[1][layer])] == [3]


def test_what_is_added_does_not_depend_on_neighbours(model: HyperInverterModel) -> None:
    of_picture, of_photo = torch.randn(2, 2, 14, 512, 8, 8)
    alone = model.hypernetwork(of_picture[1:], of_photo[1:])
    for layer, added in model.hypernetwork(of_picture, of_photo).items():
        torch.testing.assert_close(added[1:], alone[layer])
