"""Corrections of directions, and what is left of their effect on the lightness of skin."""

import pytest
import torch
from torch import Tensor

from hyperstyle.editing.direction_files import DIRECTIONS_FILE, read_directions
from hyperstyle.editing.directions import MAX_AMOUNT, Direction, Edit, apply_edits
from hyperstyle.metrics.attribute_networks import AttributeNetworks
from hyperstyle.metrics.attributes import Labeller
from hyperstyle.networks.mobile_stylegan import MappingNetwork, MobileGenerator
from hyperstyle.networks.preview_head import PreviewHead
from hyperstyle.paths import ASSETS
from hyperstyle.training.core.generated_pictures import code_of
from hyperstyle.training.directions.plans import PLANS
from hyperstyle.training.directions.steady_skin import SkinProbe, correction, steadied
from hyperstyle.weights.assets import load_shipped
from tests.weights_at_hand import weight_file

SHIPPED = read_directions(ASSETS / DIRECTIONS_FILE)


@pytest.fixture(scope="module")
def probe(generator: MobileGenerator) -> SkinProbe:
    networks = AttributeNetworks(weight_file("age-net"), weight_file("gender-net"), weight_file("emotion-net"))
    head = load_shipped(PreviewHead(), ASSETS / "preview.safetensors")
    return SkinProbe(generator, head, Labeller(weight_file("dlib-landmarks"), networks))


@pytest.fixture(scope="module")
def faces(mapping: MappingNetwork) -> Tensor:
    return torch.cat([code_of(number, mapping) for number in range(3_900_000, 3_900_002)])


def lightness(probe: SkinProbe, face: Tensor, direction: Direction, amount: float) -> float:
    codes = face.expand(1, MobileGenerator.n_styles, -1)
    return probe(apply_edits(codes, [Edit(direction, amount)], MobileGenerator.n_styles))[0]


def changes(probe: SkinProbe, faces: Tensor, direction: Direction) -> Tensor:
    """The changes of lightness [faces, 2] at the ends of a slider."""
    low, before, high = (
        torch.tensor([lightness(probe, face, direction, amount) for face in faces])
        for amount in (-MAX_AMOUNT, 0, MAX_AMOUNT)
    )
    return torch.stack((low - before, high - before), 1)


def test_a_gradient_tells_how_lightness_follows_the_code(probe: SkinProbe, faces: Tensor) -> None:
    direction, (face, *_) = SHIPPED["brightness"], faces
    _, gradient = probe(face.expand(1, MobileGenerator.n_styles, -1))
    told = 2 * float((gradient[0] * direction.move(MobileGenerator.n_styles)).sum())
    assert told > 10
    assert lightness(probe, face, direction, 1) - lightness(probe, face, direction, -1) == pytest.approx(told, rel=0.2)


def test_a_correction_takes_changes_away_and_leaves_what_is_kept() -> None:
    source = torch.Generator().manual_seed(0)
    kept, wanted, other = torch.randn(3, 2, 512, generator=source)
    gradients = torch.cat((wanted, 100 * other)) - 20
    found = correction(torch.tensor([6.0, 6.0, 0.0, 0.0]), gradients, kept)
    torch.testing.assert_close(gradients @ found, torch.tensor([-6.0, -6.0, 0.0, 0.0]), atol=2.0, rtol=0.0)
    assert float((kept @ found).abs().max()) < 1e-3
    assert float(correction(torch.zeros(4), gradients, kept).norm()) == 0


def test_a_corrected_direction_keeps_its_own_move_and_changes_skin_less(probe: SkinProbe, faces: Tensor) -> None:
    before = SHIPPED["beard"]
    after = steadied(before, [before], faces, probe)
    assert float(after.load_vector().norm()) == pytest.approx(1, abs=1e-5)
    assert after.reach * float(after.load_vector() @ before.load_vector()) == pytest.approx(before.reach, abs=1e-3)
    assert changes(probe, faces, after).abs().mean() < changes(probe, faces, before).abs().mean() / 2


@pytest.mark.parametrize("name", [plan.label for plan in PLANS if plan.steady_skin])
def test_shipped_directions_leave_the_lightness_of_skin(probe: SkinProbe, faces: Tensor, name: str) -> None:
    assert changes(probe, faces, SHIPPED[name]).abs().mean() < 6
