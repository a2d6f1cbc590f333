"""The refinement loops, with real networks and random weights."""

from itertools import pairwise

import pytest
import torch

from hyperstyle.device import fast_dtype
from hyperstyle.inversion import hyperstyle, restyle
from hyperstyle.networks.published_models import HyperStyleModel, Options, ReStyleModel

LAYERS = (4, 10)
"""Of those that need no shared matrices, which would be 512 MB of random numbers."""


@pytest.fixture(scope="module")
def model() -> HyperStyleModel:
    """A model of cars, whose view is the one that differs from the generator's pictures."""
    torch.manual_seed(0)
    options = Options(64, "SharedWeightsHyperNetResNet", "cars_hypernet", LAYERS)
    return HyperStyleModel(options).eval().requires_grad_(False)


def photos(model: HyperStyleModel | ReStyleModel, count: int = 1) -> torch.Tensor:
    return torch.rand(count, 3, model.view.height, model.view.width) * 2 - 1


def test_offsets_are_summed_over_steps_and_make_the_picture(model: HyperStyleModel) -> None:
    photo = photos(model)
    steps = list(hyperstyle.invert(model, photo, steps=2))
    assert [step.index for step in steps] == [0, 1, 2]
    assert not steps[0].offsets
    sums = {layer: torch.zeros(()) for layer in LAYERS}
    for before, step in pairwise(steps):
        found = model.hypernetwork(photo, model.view.pool(before.picture))
        sums = {layer: sums[layer] + found[layer] for layer in LAYERS}
        for layer in LAYERS:
            torch.testing.assert_close(step.offsets[layer], sums[layer])
        torch.testing.assert_close(step.picture, model.view.crop(model.generator(step.codes, step.offsets)))


def test_pictures_are_cropped_to_the_view_at_the_generators_size(model: HyperStyleModel) -> None:
    photo = photos(model)
    (step,) = hyperstyle.invert(model, photo, steps=0)
    assert step.picture.shape == (1, 3, 48, 64)
    whole = model.generator(model.w_encoder(photo)[:, None] + model.latent_avg)
    torch.testing.assert_close(step.picture, whole[:, :, 8:56])


def test_a_step_is_done_when_it_is_asked_for(model: HyperStyleModel) -> None:
    asked: list[int] = []
    hook = model.hypernetwork.register_forward_hook(lambda *_: asked.append(1))
    stream = hyperstyle.invert(model, photos(model), steps=3)
    next(stream)
    assert len(asked) == 0
    next(stream)
    assert len(asked) == 1
    stream.close()
    hook.remove()


def test_photos_do_not_depend_on_their_neighbours(model: HyperStyleModel) -> None:
    two = photos(model, 2)
    *_, together = hyperstyle.invert(model, two, steps=1)
    *_, alone = hyperstyle.invert(model, two[1:], steps=1)
    difference = (together.picture[1:] - alone.picture).abs().max() / alone.picture.std()
    assert difference < 1e-3


@pytest.mark.skipif(fast_dtype(torch.device("cpu")) is torch.float32, reason="a CPU without bfloat16")
def test_fast_networks_find_nearly_the_same_in_32_bits(model: HyperStyleModel) -> None:
    photo, picture = photos(model), torch.rand(1, 3, 48, 64) * 2 - 1

    def found() -> list[torch.Tensor]:
        codes = model.encode(photo)
        return [codes, *model.refinement(photo, codes)(picture, {}).values()]

    exact = found()
    model.compute_in(torch.bfloat16)
    fast = found()
    model.compute_in(torch.float32)
    for one, other in zip(fast, exact, strict=True):
        assert one.dtype == torch.float32
        assert 0 < (one - other).std() < 0.03 * other.std()


def test_what_is_found_can_be_tuned_further(model: HyperStyleModel) -> None:
    *_, step = hyperstyle.invert(model, photos(model), steps=1)
    codes = step.codes.clone().requires_grad_()
    offsets = {layer: offset.clone().requires_grad_() for layer, offset in step.offsets.items()}
    model.generator(codes, offsets).square().mean().backward()
    assert codes.grad is not None
    assert all(offset.grad is not None and offset.grad.abs().sum() > 0 for offset in offsets.values())


def test_restyle_corrects_the_average_code_step_by_step() -> None:
    torch.manual_seed(0)
    options = Options(64, "ResNetProgressiveBackboneEncoder", "afhq_encode")
    model = ReStyleModel(options).eval().requires_grad_(False)
    model.latent_avg.normal_()
    photo = photos(model)
    average, first, second = restyle.invert(model, photo, steps=2)
    assert torch.equal(average.codes[0], model.latent_avg)
    for before, step in ((average, first), (first, second)):
        correction = model.encoder(photo, model.view.pool(before.picture))
        torch.testing.assert_close(step.codes, before.codes + correction)
        torch.testing.assert_close(step.picture, model.generator(step.codes))
