"""The StyleGAN2 generator: the fast way against the plain one, and what styles, kernels and offsets mean."""

import pytest
import torch

from hyperstyle.networks.generator import OffsetMode, Offsets
from hyperstyle.networks.stylegan2 import CONFIG_F, Design, Kind, StyleGan2, layer_shapes
from hyperstyle.networks.stylegan2_reference import ReferenceStyleGan2


def made(size: int, design: Design = CONFIG_F) -> StyleGan2:
    """A generator with random weights, visible noise and biases."""
    torch.manual_seed(0)
    generator = StyleGan2(size, design)
    for layer in generator.layer_list():
        torch.nn.init.normal_(layer.bias, std=0.2)
        if layer.shape.kind is not Kind.RGB:
            torch.nn.init.constant_(layer.noise_strength, 0.3)
    return generator.requires_grad_(False)


@pytest.fixture(scope="module")
def small() -> StyleGan2:
    return made(32)


def some_offsets(generator: StyleGan2, pictures: int | None = None) -> Offsets:
    """Offsets of a full 3x3 kernel, of one value a pair of channels, and of a toRGB layer."""
    shapes = [layer.weight.shape for layer in generator.layer_list()]
    batch = () if pictures is None else (pictures,)
    extents = {2: shapes[2][2:], 3: (1, 1), 6: (1, 1), 7: (1, 1)}
    torch.manual_seed(1)
    return {layer: 0.3 * torch.randn(*batch, *shapes[layer][:2], *extent) for layer, extent in extents.items()}


def assert_same(picture: torch.Tensor, expected: torch.Tensor) -> None:
    """Equal but for rounding, measured as agreement with the published code is."""
    assert picture.shape == expected.shape
    assert (picture - expected).abs().max() < 1e-4 * expected.std()


@pytest.mark.parametrize(("size", "layers", "styles"), [(256, 20, 14), (512, 23, 16), (1024, 26, 18)])
def test_layers_and_styles_are_numbered_as_published(size: int, layers: int, styles: int) -> None:
    shapes = layer_shapes(size)
    assert len(shapes) == layers
    assert [i for i, shape in enumerate(shapes) if shape.kind is Kind.RGB] == list(range(1, layers, 3))
    assert {shape.style for shape in shapes} == set(range(styles))
    assert shapes[-1].size == size
    # Codes are shared by a toRGB layer and the convolution that follows it.
    assert [shape.style for shape in shapes[:8]] == [0, 1, 1, 2, 3, 3, 4, 5]


@pytest.mark.parametrize(("size", "count"), [(32, 2), (1024, 1)])
def test_the_fast_way_draws_what_the_plain_one_does(size: int, count: int) -> None:
    fast = made(size)
    plain = ReferenceStyleGan2(size)
    plain.load_state_dict(fast.state_dict())
    codes, offsets = torch.randn(count, fast.n_styles, 512), some_offsets(fast)
    assert_same(fast(codes, offsets), plain.requires_grad_(False)(codes, offsets))


@pytest.mark.parametrize("equalised", [True, False])
def test_other_designs_are_drawn_alike(equalised: bool) -> None:
    design = Design(channel_base=1024, channel_max=64, mapping_layers=2, conv_clamp=0.5, equalised=equalised)
    fast, plain = made(64, design), ReferenceStyleGan2(64, design).requires_grad_(False)
    plain.load_state_dict(fast.state_dict())
    assert [layer.weight.shape[0] for layer in fast.layer_list()[::3]] == [64, 64, 64, 32, 16]
    # Where kernels are faint, demodulation's epsilon counts, and that is what scaling them first is about.
    faint = {layer: torch.full((1, 1, 1, 1), 1e-5 - 1) for layer in (2, 6, 9)}
    codes = torch.randn(1, fast.n_styles, 512)
    assert_same(fast(codes, faint), plain(codes, faint))
    assert not torch.allclose(fast(codes, faint), fast(codes), atol=0.01)


def test_a_clamp_bounds_what_every_layer_gives_out(small: StyleGan2) -> None:
    bounded = StyleGan2(32, Design(conv_clamp=0.5)).requires_grad_(False)
    bounded.load_state_dict(small.state_dict())
    found: list[float] = []
    for layer in bounded.layers:
        layer.register_forward_hook(lambda _layer, _given, answer: found.append(float(answer.abs().max())))
    codes = torch.randn(1, 512)
    assert not torch.allclose(bounded(codes), small(codes), atol=0.01)
    assert found == [0.5] * len(bounded.layers)


def test_offsets_are_added_where_a_generator_adds(small: StyleGan2) -> None:
    adding = StyleGan2(32, offset_mode=OffsetMode.ADDED).requires_grad_(False)
    adding.load_state_dict(small.state_dict())
    codes, offsets = torch.randn(2, 512), some_offsets(small, pictures=2)
    relative = {layer: offset / small.layer_list()[layer].weight for layer, offset in offsets.items()}
    assert_same(adding(codes, offsets), small(codes, relative))
    assert torch.equal(adding(codes), small(codes))


def test_faint_styles_are_not_blown_up(small: StyleGan2) -> None:
    plain = ReferenceStyleGan2(32).requires_grad_(False)
    plain.load_state_dict(small.state_dict())
    styles = small.styles(torch.randn(1, 512))
    faint = [style * (1 if i % 3 == 1 else 1e-5) for i, style in enumerate(styles)]  # but those of toRGB
    assert_same(small.synthesize(faint, small.kernels()), plain.synthesize(faint, plain.kernels()))


def test_pictures_do_not_depend_on_their_neighbours(small: StyleGan2) -> None:
    codes, shared, own = torch.randn(2, 512), some_offsets(small), some_offsets(small, pictures=2)
    together, together_own = small(codes, shared), small(codes, own)
    for i in range(2):
        assert_same(together[i : i + 1], small(codes[i : i + 1], shared))
        first = {layer: offset[i : i + 1] for layer, offset in own.items()}
        assert_same(together_own[i : i + 1], small(codes[i : i + 1], first))


def test_offsets_scale_the_weights(small: StyleGan2) -> None:
    codes, offsets = torch.randn(1, 512), some_offsets(small)
    changed = StyleGan2(32)
    changed.load_state_dict(small.state_dict())
    with torch.no_grad():
        for layer, offset in offsets.items():
            changed.layer_list()[layer].weight.mul_(1 + offset)
        assert_same(small(codes, offsets), changed(codes))
    assert not torch.allclose(small(codes, offsets), small(codes))


def test_offsets_of_zero_change_nothing(small: StyleGan2) -> None:
    codes = torch.randn(2, 512)
    zero = {layer: torch.zeros_like(offset) for layer, offset in some_offsets(small).items()}
    assert torch.equal(small(codes, zero), small(codes))


def test_an_offset_of_a_layer_that_is_not_there_is_an_error(small: StyleGan2) -> None:
    with pytest.raises(KeyError):
        small.kernels({11: torch.zeros(1, 1, 1, 1)})


def test_a_code_in_w_is_the_same_code_for_every_style(small: StyleGan2) -> None:
    codes = torch.randn(2, 512)
    assert torch.equal(small(codes), small(codes[:, None].repeat(1, small.n_styles, 1)))


def test_every_code_of_w_plus_reaches_its_own_layers_alone(small: StyleGan2) -> None:
    codes = torch.randn(1, small.n_styles, 512)
    before = small.styles(codes)
    for style in range(small.n_styles):
        moved = codes.clone()
        moved[:, style] += 1
        changed = [not torch.equal(a, b) for a, b in zip(before, small.styles(moved), strict=True)]
        assert changed == [shape.style == style for shape in layer_shapes(32)]


def test_a_style_channel_acts_as_its_input_channel(small: StyleGan2) -> None:
    styles = list(small.styles(torch.randn(1, 512)))
    muted = [style.clone() for style in styles]
    muted[5][:, 9] = 0
    kernels = dict(small.kernels())
    without = kernels[5].clone()
    without[:, 9] = 0
    assert_same(small.synthesize(muted, kernels), small.synthesize(styles, kernels | {5: without}))


def test_the_stored_noise_is_used_every_time(small: StyleGan2) -> None:
    codes = torch.randn(1, 512)
    assert torch.equal(small(codes), small(codes))
    quiet = StyleGan2(32)
    quiet.load_state_dict(small.state_dict() | {"layers.6.noise_strength": torch.zeros(1)})
    assert not torch.allclose(quiet(codes), small(codes))


def test_gradients_reach_codes_and_offsets_as_by_the_plain_way(small: StyleGan2) -> None:
    plain = ReferenceStyleGan2(32).requires_grad_(False)
    plain.load_state_dict(small.state_dict())
    target = torch.randn(1, 3, 32, 32)
    gradients = []
    for generator in (small, plain):
        codes = torch.ones(1, 512, requires_grad=True)
        offsets = {layer: offset.requires_grad_() for layer, offset in some_offsets(small).items()}
        (generator(codes, offsets) * target).sum().backward()
        gradients.append([codes.grad, *(offset.grad for offset in offsets.values())])
    for fast, slow in zip(*gradients, strict=True):
        assert fast is not None
        assert slow is not None
        assert_same(fast, slow)


def test_the_mapping_ignores_the_length_of_z(small: StyleGan2) -> None:
    z = torch.randn(3, 512)
    codes = small.mapping(z)
    assert codes.shape == (3, 512)
    torch.testing.assert_close(small.mapping(z * 7), codes)
