"""Pivotal tuning: a pivot, then kernels around it."""

import pytest
import torch
from torch import Tensor

from hyperstyle.inversion import pivotal
from hyperstyle.inversion.step import Step
from hyperstyle.inversion.tuning import kernels_for
from tests.inversion.descending import Parts, another_face, small


@pytest.fixture(scope="module")
def model() -> Parts:
    return small()


@pytest.fixture(scope="module")
def photo(model: Parts) -> Tensor:
    return another_face(model)


@pytest.fixture(scope="module")
def steps(model: Parts, photo: Tensor) -> list[Step]:
    return list(pivotal.invert(model, photo, steps=16))


def test_the_code_moves_first_and_then_the_kernels(steps: list[Step]) -> None:
    assert [step.index for step in steps] == list(range(17))
    projection, tuning = steps[:10], steps[10:]
    assert not any(step.offsets for step in projection)
    assert all(step.offsets and torch.equal(step.codes, projection[-1].codes) for step in tuning)


def test_offsets_make_the_picture(model: Parts, steps: list[Step]) -> None:
    for step in steps[10:]:
        torch.testing.assert_close(model.generator(step.codes, step.offsets), step.picture, atol=1e-2, rtol=0)


def test_what_other_codes_make_is_held(model: Parts, steps: list[Step]) -> None:
    own = kernels_for(model.generator, 1)
    tuned = kernels_for(model.generator, 1, steps[-1].offsets)
    assert pivotal.locality_loss(model, steps[-1].codes, own, own) < 1e-6
    assert pivotal.locality_loss(model, steps[-1].codes, own, tuned) > 1e-4
