"""The curvature that codes descend by, measured on the real generator."""

import copy

import torch

from hyperstyle.networks.embedded_model import EmbeddedModel
from hyperstyle.networks.lpips import training_distance
from hyperstyle.networks.mobile_stylegan import MappingNetwork, MobileGenerator
from hyperstyle.networks.preview_head import PreviewHead, preview
from hyperstyle.networks.refiner import Refiner
from hyperstyle.networks.small_encoder import SmallEncoder
from hyperstyle.paths import ASSETS
from hyperstyle.training.faces.code_curvature import TRUNCATION, coordinates_of, measure
from hyperstyle.weights.assets import load_shipped
from hyperstyle.weights.lpips_loading import load_lpips
from tests.weights_at_hand import weight_file

FACES = 6


def test_it_says_how_far_small_moves_of_a_code_lead(generator: MobileGenerator, mapping: MappingNetwork) -> None:
    torch.manual_seed(0)
    lpips = load_lpips(weight_file("lpips-alexnet"))
    head, copied = load_shipped(PreviewHead(), ASSETS / "preview.safetensors"), copy.deepcopy(generator)
    model = EmbeddedModel(copied, copy.deepcopy(head), SmallEncoder(), Refiner(), lpips)
    codes = mapping(torch.randn(FACES, 512), TRUNCATION).detach()
    curvature = measure(model, codes, torch.device("cpu"))
    with torch.no_grad():
        moves = 0.005 * (mapping(torch.randn(FACES, 512), TRUNCATION) - codes)
        kernels = generator.kernels()
        one, other = (preview(generator, head, some, kernels) for some in (codes - moves, codes + moves))
    measured = training_distance(one, other, lpips).sum()
    expected = ((2 * moves) @ curvature * moves).sum()
    assert 0.6 < measured / expected < 1.6


def test_coordinates_even_out_what_shows_and_know_how_codes_spread(mapping: MappingNetwork) -> None:
    shows = torch.diag(torch.cat((torch.full((50,), 1e4), torch.full((462,), 1e-9))))
    basis, precision = coordinates_of(shows, mapping)
    assert torch.allclose(torch.linalg.eigvalsh(basis.mT @ shows @ basis)[-50:], torch.ones(50), atol=0.05)
    codes = mapping(torch.randn(4000, 512))
    spread = torch.linalg.solve(basis, (codes - mapping.mean).mT).square().mean(1)
    assert torch.allclose(spread * precision, torch.ones(512), atol=0.5)
