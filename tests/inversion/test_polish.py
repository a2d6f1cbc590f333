"""Polish: kernels tuned on from where a hypernetwork left them."""

from itertools import islice

import pytest
import torch
from torch import Tensor

from hyperstyle.inversion import pivotal
from hyperstyle.inversion.polish import TOTAL_CHANGE, polish
from hyperstyle.inversion.step import Step
from hyperstyle.networks.generator import OffsetMode
from hyperstyle.networks.mobile_stylegan import MappingNetwork, MobileGenerator
from hyperstyle.networks.view import View
from tests.inversion.descending import Parts, another_face, embedded, small


@pytest.fixture(scope="module")
def faces(generator: MobileGenerator, mapping: MappingNetwork, code: Tensor) -> Parts:
    return embedded(generator, mapping, code)


@pytest.fixture(scope="module")
def photo(faces: Parts) -> Tensor:
    return another_face(faces)


@pytest.fixture(scope="module")
def start(faces: Parts) -> Step:
    """A step of a hypernetwork that moves two layers, one of them with an offset shared by a whole kernel."""
    offsets = {2: 0.02 * torch.randn(1, 512, 512, 1, 1), 3: torch.full((1, 1, 1, 1, 1), 0.02)}
    with torch.no_grad():
        return Step(3, faces.generator(faces.code, offsets), faces.code, offsets)


@pytest.fixture(scope="module")
def polished(faces: Parts, photo: Tensor, start: Step) -> list[Step]:
    return list(polish(faces, photo, start, steps=6))


def test_a_few_steps_bring_a_face_much_closer(faces: Parts, photo: Tensor, start: Step, polished: list[Step]) -> None:
    assert [step.index for step in polished] == [4, 5, 6, 7, 8, 9]
    l2, lpips = faces.far(start, photo)
    l2_then, lpips_then = faces.far(polished[-1], photo)
    assert l2_then < 0.5 * l2
    assert lpips_then < 0.6 * lpips


def test_detail_makes_the_picture_sharper_and_costs_no_nearness(
    faces: Parts, photo: Tensor, start: Step, polished: list[Step]
) -> None:
    larger = View(512, 512)
    detail = another_face(faces, view=larger)
    *_, detailed = polish(faces, photo, start, steps=6, detail=detail)

    def far(step: Step) -> float:
        return faces.lpips(larger.pool(step.picture), detail).mean().item()

    assert far(detailed) < 0.8 * far(polished[-1])
    assert faces.far(detailed, photo)[0] < 1.2 * faces.far(polished[-1], photo)[0]


def test_pivotal_tuning_comes_closer_too_but_less_in_as_many_steps(
    faces: Parts, photo: Tensor, polished: list[Step]
) -> None:
    with torch.no_grad():
        pivot = Step(0, faces.generator(faces.code), faces.code, {})
    *_, tuned = pivotal.tune(faces, photo, pivot, steps=6)
    figures = (faces.far(step, photo) for step in (polished[-1], tuned, pivot))
    for ours, theirs, before in zip(*figures, strict=True):
        assert ours < 0.8 * theirs
        assert theirs < 0.9 * before


def test_offsets_of_all_layers_make_the_picture(faces: Parts, polished: list[Step]) -> None:
    last = polished[-1]
    assert set(last.offsets) == set(range(16))
    assert all(offset.abs().max() > 0 for offset in last.offsets.values())
    with torch.no_grad():
        again = faces.generator(last.codes, last.offsets)
    assert (again - last.picture).abs().mean() < 1.5 / 127.5  # of bfloat16


def test_offsets_fit_half_precision(polished: list[Step]) -> None:
    assert all(offset.half().isfinite().all() for offset in polished[-1].offsets.values())


@pytest.mark.parametrize("mode", list(OffsetMode))
def test_a_full_generator_is_polished_alike(mode: OffsetMode) -> None:
    model = small(mode)
    photo = another_face(model)
    with torch.no_grad():
        start = Step(0, model.generator(model.code), model.code, {})
    *_, last = polish(model, photo, start, steps=4)
    assert sum(model.far(last, photo)) < 0.9 * sum(model.far(start, photo))
    torch.testing.assert_close(model.generator(last.codes, last.offsets), last.picture, atol=1e-2, rtol=0)


def test_photos_do_not_depend_on_their_neighbours() -> None:
    model = small()
    photos = torch.cat([another_face(model, seed) for seed in (5, 6)])
    codes = torch.cat([model.code, model.mapping(torch.randn(1, 512))])
    with torch.no_grad():
        together, alone = (Step(0, model.generator(own), own, {}) for own in (codes, codes[1:]))
    both = [step.picture[1:] for step in polish(model, photos, together, steps=2)]
    one = [step.picture for step in polish(model, photos[1:], alone, steps=2)]
    assert (both[-1] - one[-1]).abs().mean() < 0.1 * (one[-1] - one[0]).abs().mean()


def test_it_stays_near_the_start_and_keeps_what_is_there_when_stopped(faces: Parts, photo: Tensor, start: Step) -> None:
    stream = polish(faces, photo, start, steps=1000)
    (step,) = islice(stream, 1)
    stream.close()
    far = (step.picture - start.picture).square().mean() / start.picture.square().mean()
    assert 0 < far < TOTAL_CHANGE
    assert faces.far(step, photo)[0] < faces.far(start, photo)[0]
