"""The published encoders' outer behaviour; their inner one is compared with published answers elsewhere."""

import torch

from hyperstyle.networks.backbones import IrSe50, ResNet34
from hyperstyle.networks.encoders import ReStyleEncoder, WEncoder


def test_a_photo_has_one_code_whatever_its_shape_and_neighbours() -> None:
    encoder = WEncoder().eval().requires_grad_(False)
    for height, width in ((64, 64), (48, 64)):
        photos = torch.randn(2, 3, height, width)
        codes = encoder(photos)
        assert codes.shape == (2, 512)
        torch.testing.assert_close(codes[1:], encoder(photos[1:]), rtol=1e-4, atol=1e-4)
        assert not torch.allclose(codes[0], codes[1])


def test_trunks_end_at_a_sixteenth_of_the_size() -> None:
    for trunk in (IrSe50(3), ResNet34(3)):
        maps = trunk.eval().requires_grad_(False)(torch.randn(1, 3, 96, 128))
        assert maps.shape == (1, 512, 6, 8)


def test_restyle_adds_each_style_to_the_first() -> None:
    encoder = ReStyleEncoder(ResNet34(6), n_styles=3).eval().requires_grad_(False)
    photo, picture = torch.randn(2, 1, 3, 256, 256)
    maps = encoder.trunk(torch.cat([photo, picture], 1))
    first, second, third = (head(maps) for head in encoder.styles)
    expected = torch.stack([first, first + second, first + third], 1)
    torch.testing.assert_close(encoder(photo, picture), expected)


def test_stages_are_what_a_trunk_goes_through() -> None:
    picture = torch.randn(1, 3, 64, 64)
    for trunk in (IrSe50(3), ResNet34(3)):
        stages = trunk.eval().requires_grad_(False).stages(picture)
        assert [tuple(maps.shape[1:]) for maps in stages] == [(64, 32, 32), (128, 16, 16), (256, 8, 8), (512, 4, 4)]
        assert torch.equal(stages[-1], trunk(picture))
