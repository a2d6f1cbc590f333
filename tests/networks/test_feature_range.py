"""The range of feature maps, and refinements that keep to it."""

import torch

from hyperstyle.domain_table import EMBEDDED
from hyperstyle.inverter import Inverter
from hyperstyle.networks.embedded_model import EmbeddedModel
from hyperstyle.networks.feature_range import FeatureRange
from hyperstyle.web.examples import FOLDER
from tests.weights_at_hand import embedded_weights_at_hand


def features(seed: int, pictures: int = 2) -> torch.Tensor:
    return torch.randn(pictures, 8, 16, 16, generator=torch.Generator().manual_seed(seed))


def test_only_what_lies_beyond_counts_in_deviations_of_its_channel() -> None:
    own = features(0) * torch.tensor([0.0, *[3.0] * 7]).view(8, 1, 1)  # one channel is the same everywhere
    usual = FeatureRange.of(own)
    assert usual.excess(own).tolist() == [0, 0]
    beyond = own.clone()
    beyond[1, 3, 5, 5] = usual.highest[1, 3] + 2 * usual.deviation[1, 3]
    torch.testing.assert_close(usual.excess(beyond), torch.tensor([0, 2.0**2 / own[0].numel()]))
    torch.testing.assert_close(usual[1:].excess(beyond[1:]), usual.excess(beyond)[1:])
    assert usual.excess(own + 0.1).isfinite().all()


def test_the_gradient_is_that_of_the_excess() -> None:
    usual, moved = FeatureRange.of(features(0)), (3 * features(1)).requires_grad_()
    shares = torch.tensor([1.0, 3.0])

    beyond = (moved - moved.clamp(usual.lowest, usual.highest)) / usual.deviation
    (expected,) = torch.autograd.grad(shares @ beyond.square().mean((1, 2, 3)), moved)
    (found,) = torch.autograd.grad(shares @ usual.excess(moved), moved)
    assert expected.abs().max() > 0
    torch.testing.assert_close(found, expected)


def test_refinements_leave_features_where_the_last_blocks_know_them() -> None:
    embedded_weights_at_hand()
    inverter = Inverter.load(EMBEDDED, "cpu")
    model = inverter.model
    assert isinstance(model, EmbeddedModel)
    inversion = inverter.invert(FOLDER / "female_080.jpg")
    kernels = model.generator.kernels(inversion.offsets)
    with torch.no_grad():
        refined = model.preview_features(inversion.codes, kernels)
    # Distances alone bring it to 0.12, and then bright dots are seen along the hair.
    assert model.usual_features(inversion.codes).excess(refined) < 0.005
    assert inversion.steps[-1].metrics.l2 < 0.02
