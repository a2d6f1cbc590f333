"""Faces drawn by the generator of big cats."""

import pytest
import torch
from torch import Tensor

from hyperstyle.domain_table import EMBEDDED
from hyperstyle.editing.edits import Edits, StyleChoice, TextEdit
from hyperstyle.editing.styles import BIG_CAT, open_style
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.inverter import Inverter
from hyperstyle.networks.guest_generator import GuestGenerator
from hyperstyle.photo.quads import box_quad
from hyperstyle.training.animals.classifier import Classifier
from tests.weights_at_hand import embedded_weights_at_hand, weight_file


@pytest.fixture(scope="module")
def faces() -> Inverter:
    embedded_weights_at_hand()
    return Inverter.load(EMBEDDED, "cpu")


@pytest.fixture(scope="module")
def face(code: Tensor) -> Inversion:
    offsets = {3: torch.full((1, 1, 1, 1, 1), 0.5)}
    return Inversion(EMBEDDED.name, "hyperstyle", code, offsets, box_quad((0, 0, 9, 9)), (9, 9), ())


def drawn(faces: Inverter, face: Inversion, **edits: object) -> Tensor:
    """The picture [1, 3, 256, 256] of a face as a big cat."""
    pixels = faces.draw(face, Edits(style=StyleChoice(BIG_CAT.name, 0.5), **edits))  # type: ignore[arg-type]
    return torch.from_numpy(pixels).permute(2, 0, 1)[None].float() / 127.5 - 1


def test_a_face_becomes_one_of_the_big_cats_of_imagenet(faces: Inverter, face: Inversion) -> None:
    classifier = Classifier(weight_file("mobilenet-v2"))
    assert classifier(drawn(faces, face)).sum() > 0.5
    plain = torch.from_numpy(faces.draw(face)).permute(2, 0, 1)[None].float() / 127.5 - 1
    assert classifier(plain).sum() < 0.1


def test_sliders_reach_the_cat_and_words_leave_it_as_it_is(faces: Inverter, face: Inversion) -> None:
    cat = drawn(faces, face)
    assert (drawn(faces, face, amounts={"yaw": 4.0}) - cat).square().mean() > 1e-3
    assert torch.equal(drawn(faces, face, text=TextEdit("a face", "a face with a beard")), cat)


def test_a_higher_amount_is_nearer_to_the_typical_animal(code: Tensor) -> None:
    opened = open_style(EMBEDDED, BIG_CAT.name)
    with torch.no_grad():
        typical, own, half = (
            GuestGenerator(opened.host, opened.transform, share)(code)  # type: ignore[union-attr]
            for share in (0.0, 1.0, 0.5)
        )
    assert (half - typical).square().mean() < (own - typical).square().mean()
