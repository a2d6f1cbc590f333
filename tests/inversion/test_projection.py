"""Projection: codes that come closer to a photo."""

from itertools import islice, pairwise

import pytest
import torch
from torch import Tensor

from hyperstyle.inversion import projection
from hyperstyle.networks.mobile_stylegan import MappingNetwork, MobileGenerator
from tests.inversion.descending import Parts, another_face, embedded, small


@pytest.fixture(scope="module")
def model() -> Parts:
    return small()


def test_a_face_comes_closer(generator: MobileGenerator, mapping: MappingNetwork, code: Tensor) -> None:
    model = embedded(generator, mapping, code)
    photo = another_face(model)
    first, *_, last = projection.invert(model, photo, steps=6)
    assert torch.equal(first.codes, code)
    assert last.codes.shape == (1, 512)
    assert not last.offsets
    for before, after in zip(model.far(first, photo), model.far(last, photo), strict=True):
        assert after < 0.8 * before


def test_codes_of_all_layers_move_on_their_own_in_w_plus(model: Parts) -> None:
    photo = another_face(model)
    first, *_, last = projection.invert_plus(model, photo, steps=6)
    assert last.codes.shape == (1, model.generator.n_styles, 512)
    moved = last.codes - first.codes
    assert (moved[:, 0] - moved[:, 1:]).abs().amax(2).min() > 1e-3
    assert sum(model.far(last, photo)) < sum(model.far(first, photo))


def test_w_stays_w_where_the_encoder_answers_in_w_plus(model: Parts) -> None:
    wide = Parts(model.generator, model.lpips, model.mapping, model.code[:, None].repeat(1, 8, 1))
    *_, last = projection.invert(wide, another_face(model), steps=1)
    assert last.codes.shape == (1, 512)


def test_every_step_can_be_kept_when_stopped(model: Parts) -> None:
    stream = projection.invert(model, another_face(model), steps=1000)
    steps = list(islice(stream, 3))
    stream.close()
    for step in steps:
        torch.testing.assert_close(model.generator(step.codes), step.picture)
    assert [step.index for step in steps] == [0, 1, 2]
    assert not torch.equal(steps[1].codes, steps[2].codes)


def test_the_learning_rate_ramps_up_and_down() -> None:
    rates = [projection.ramp(done / 100) for done in range(101)]
    assert rates[0] == 0
    assert rates[5] == rates[75] == 1
    assert rates[100] == 0
    assert all(0 < rate <= 1 for rate in rates[1:100])


def test_noise_on_the_code_finds_other_ways_and_fades(model: Parts) -> None:
    photo, found = another_face(model), []
    for seed in (1, 2):
        torch.manual_seed(seed)
        found.append([step.codes for step in projection.invert(model, photo, steps=12)])
    apart = [float((one - other).abs().mean()) for one, other in zip(*found, strict=True)]
    assert apart[0] == 0 < apart[1]
    assert apart[-1] < apart[1]


def test_the_last_steps_are_the_smallest(model: Parts) -> None:
    codes = [step.codes for step in projection.invert(model, another_face(model), steps=20)]
    moves = [float((after - before).abs().mean()) for before, after in pairwise(codes[15:])]
    assert moves == sorted(moves, reverse=True)
    assert moves[-1] < 0.05 * moves[0]


def test_a_caller_that_asks_for_no_gradients_gets_them_neither_changed_nor_forced(model: Parts) -> None:
    with torch.no_grad():
        for step in projection.invert(model, another_face(model), steps=1):
            assert not torch.is_grad_enabled()
            assert not step.picture.requires_grad
            assert not step.codes.requires_grad
