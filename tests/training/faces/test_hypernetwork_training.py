"""A few steps of the hypernetwork's training, with the real generator."""

import copy
from itertools import islice

import torch

from hyperstyle.networks.embedded_model import EmbeddedModel
from hyperstyle.networks.generator import Offsets
from hyperstyle.networks.lpips import Lpips
from hyperstyle.networks.mobile_stylegan import MappingNetwork, MobileGenerator
from hyperstyle.networks.preview_head import PreviewHead
from hyperstyle.networks.refiner import Refiner
from hyperstyle.networks.small_encoder import SmallEncoder
from hyperstyle.training.faces.hypernetwork_training import Targets, backward, refinements, render_full


def model_of(generator: MobileGenerator) -> EmbeddedModel:
    torch.manual_seed(0)
    model = EmbeddedModel(copy.deepcopy(generator), PreviewHead(), SmallEncoder(), Refiner(layers=(3, 8)), Lpips())
    return model.eval().requires_grad_(False)


def test_perturbed_pictures_are_none_that_the_generator_would_make(
    generator: MobileGenerator, mapping: MappingNetwork
) -> None:
    model = model_of(generator)
    targets = Targets(model, mapping, torch.rand(3, 3, 256, 256) * 2 - 1)
    codes = mapping(torch.randn(2, 512), 0.8)
    perturbed = targets.perturbed_pictures(codes)
    own = torch.cat([model.refiner_input(model.target(perturbed), codes, {}).picture])
    assert (perturbed - own).square().mean() > 1e-3
    assert targets.batch(3).shape == (3, 3, 256, 256)


def test_every_weight_gets_a_gradient_from_every_refinement(generator: MobileGenerator) -> None:
    model = model_of(generator)
    network = copy.deepcopy(model.hypernetwork).requires_grad_(True)
    photo = torch.rand(1, 3, 256, 256) * 2 - 1
    backward(model, network, photo, model.lpips)
    for name, parameter in network.named_parameters():
        assert parameter.grad is not None, name
    assert network.strides.grad is not None
    assert (network.strides.grad != 0).all()


def test_backward_gives_the_gradient_of_the_distance(generator: MobileGenerator) -> None:
    model = model_of(generator)
    photo = torch.rand(1, 3, 256, 256) * 2 - 1
    codes = model.encode(photo)
    kernel = model.generator.own_kernels()[8]
    step = torch.randn_like(kernel) * 1e-3
    gradient = model.refiner_input(model.target(photo), codes, {}).gradients[8]
    expected = float((gradient.view_as(kernel) * step * kernel).sum())

    def distance(offsets: Offsets) -> float:
        return float(model.refiner_input(model.target(photo), codes, offsets).distance)

    measured = distance({8: step[None]} | {3: torch.zeros(1, 1, 1, 1, 1)}) - distance(
        {8: -step[None]} | {3: torch.zeros(1, 1, 1, 1, 1)}
    )
    assert abs(measured / 2 - expected) < 0.05 * abs(expected) + 1e-7


def test_refinements_that_do_nothing_leave_the_picture(generator: MobileGenerator) -> None:
    model = model_of(generator)
    model.hypernetwork.gains.zero_()
    model.hypernetwork.strides.fill_(-50)
    photo = torch.rand(1, 3, 256, 256) * 2 - 1
    with torch.no_grad():
        steps = refinements(model, model.hypernetwork, photo, model.encode(photo), real=False)
        first, second = islice(steps, 2)
    assert torch.allclose(first.state.picture, second.state.picture, atol=1e-4)
    assert set(second.offsets) == {3, 8}


@torch.no_grad()
def test_real_pictures_are_what_is_compared(generator: MobileGenerator) -> None:
    model = model_of(generator)
    photo = torch.rand(2, 3, 256, 256) * 2 - 1
    codes = model.encode(photo)
    for step in islice(refinements(model, model.hypernetwork, photo, codes, real=True), 2):
        pictures = model.view.pool(render_full(model, codes, step.offsets))
        assert torch.allclose(step.state.picture, pictures, atol=1e-4)
        assert torch.allclose(step.state.distance, model.distance(pictures, photo), atol=1e-3)
