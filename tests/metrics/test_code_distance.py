"""NSCD: how far codes lie from the generator's own."""

import pytest
import torch

from hyperstyle.inverter import Inverter
from hyperstyle.metrics.code_distance import CodeDistance


def test_the_generators_own_codes_are_as_far_as_it_says_and_others_farther(inverter: Inverter) -> None:
    model = inverter.model
    distance = CodeDistance(model.generator, model.mapping)
    codes = model.mapping(torch.randn(500, 512, generator=torch.Generator().manual_seed(7)))
    own = distance(codes)
    assert own.shape == (500,)
    assert float(own.mean()) == pytest.approx(distance.own, rel=0.02)
    assert float(distance(codes.mean(0, keepdim=True))) < distance.own
    stranger = codes.flip(1)
    assert (distance(stranger) > own.max()).all()


def test_a_code_for_every_style_is_as_far_as_its_styles(inverter: Inverter) -> None:
    generator = inverter.model.generator
    distance = CodeDistance(generator, inverter.model.mapping)
    codes = inverter.model.mapping(torch.randn(1, 512, generator=torch.Generator().manual_seed(7)))
    extended = codes[:, None].expand(-1, generator.n_styles, -1)
    assert torch.allclose(distance(extended), distance(codes))
    means = inverter.model.mapping(torch.randn(2000, 512, generator=torch.Generator().manual_seed(8)))
    units = [torch.nn.functional.normalize(styles).mean(0) for styles in generator.styles(means)]
    cosines = [
        torch.cosine_similarity(styles[0], unit, dim=0)
        for styles, unit in zip(generator.styles(codes), units, strict=True)
    ]
    assert float(distance(codes)) == pytest.approx(1 - float(torch.stack(cosines).mean()), rel=0.02)
