"""Styles of both tiers: what they draw, how far they go, and what is said of those that are not there."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional as F

from hyperstyle.domain_table import DOMAINS, EMBEDDED, FINE_TUNED_STYLES
from hyperstyle.editing.morph import interpolate, morph
from hyperstyle.editing.styles import (
    BUNDLED,
    STYLES,
    BundledStyle,
    FineTunedStyle,
    open_style,
    read_style,
    with_generator,
    write_style,
)
from hyperstyle.errors import StudioError
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.networks.mobile_stylegan import MobileGenerator
from hyperstyle.networks.published_models import HyperStyleModel, Options
from hyperstyle.photo.quads import box_quad
from hyperstyle.photo.tensors import to_pixels
from hyperstyle.training.styles.teachers_table import TEACHERS
from hyperstyle.weights.lpips_loading import load_lpips
from tests.drawing import draw
from tests.weights import published_files as files
from tests.weights_at_hand import weight_file

LARGEST = 6_000_000
TRAINED = [style for style in BUNDLED.values() if style.path.exists()]


def inversion_of(codes: Tensor, offsets: dict[int, Tensor], domain: str = "faces") -> Inversion:
    return Inversion(domain, "hyperstyle", codes, offsets, box_quad((0, 0, 9, 9)), (9, 9), ())


@pytest.fixture(scope="module")
def full() -> HyperStyleModel:
    torch.manual_seed(0)
    return (
        HyperStyleModel(Options(256, "SharedWeightsHyperNetResNet", "ffhq_hypernet", (14,)))
        .eval()
        .requires_grad_(False)
    )


def test_a_published_generator_draws_the_visitors_fine_kernels_alone(
    full: HyperStyleModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (path,) = files.saved(tmp_path, anime=files.content_of_generator(256))
    monkeypatch.setenv("HYPERSTYLE_WEIGHTS", str(path.parent))
    style = open_style(DOMAINS["faces"], "anime")
    assert style.generator is not None
    random = torch.Generator().manual_seed(0)
    codes = torch.randn(1, full.generator.n_styles, 512, generator=random)
    offsets = {
        layer: 0.3 * torch.randn(1, *full.generator.kernels()[layer].shape, generator=random) for layer in (5, 14)
    }
    inversion = inversion_of(codes, offsets)

    own = draw(full, inversion)
    model, styled = style.apply(full, inversion, amount=0)
    picture = draw(model, styled)
    with torch.no_grad():
        wanted = style.generator(codes, {14: offsets[14]})
    assert (picture == to_pixels(wanted[0])).all()
    assert (draw(model, styled) == picture).all()  # the noise is the stored one
    assert (draw(full, inversion) == own).all()
    assert style.apply(full, inversion, amount=1)[1].offsets[14].abs().max() == 0


def test_other_networks_stay_when_the_generator_is_another(full: HyperStyleModel) -> None:
    other = with_generator(full, HyperStyleModel(full.options).generator)
    assert other.w_encoder is full.w_encoder
    assert other.generator is not full.generator


def test_every_tuned_generator_of_the_catalogue_is_a_style() -> None:
    assert {"pixar", "toonify", "sketch", "anime"} <= STYLES.keys()
    for name in FINE_TUNED_STYLES:
        style = FineTunedStyle(name)
        assert style.weight.licence
        assert style.weight.sources
        assert style.title


@pytest.mark.parametrize(
    ("domain", "said"), [("faces", "choose one of .*pixar"), ("cars", "styles are for faces-lite, faces")]
)
def test_a_style_that_is_not_there_is_told_with_those_that_are(domain: str, said: str) -> None:
    with pytest.raises(StudioError, match=said):
        open_style(DOMAINS[domain], "cubism")


def test_offsets_come_back_from_their_file_and_damage_is_told(tmp_path: Path) -> None:
    path = tmp_path / "styles" / "mine.safetensors"
    write_style(path, {7: torch.full((2, 3, 1, 1), 1e6), 9: torch.ones(4, 4, 1, 1) / 3}, {"title": "Mine"})
    offsets = read_style(path)
    assert offsets.keys() == {7, 9}
    assert offsets[7].isfinite().all()
    assert torch.allclose(offsets[9], torch.tensor(1 / 3), atol=1e-3)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(StudioError, match="damaged"):
        read_style(path)
    save_file({"codes": torch.zeros(1)}, path)
    with pytest.raises(StudioError, match="damaged"):
        read_style(path)


@pytest.mark.parametrize("style", TRAINED, ids=lambda style: style.name)
def test_a_shipped_style_brings_a_face_to_its_teacher_and_the_slider_leads_there(
    style: BundledStyle, generator: MobileGenerator, code: Tensor, full: HyperStyleModel
) -> None:
    assert style.path.stat().st_size <= LARGEST
    opened = open_style(EMBEDDED, style.name)
    assert opened.offsets is not None
    assert opened.offsets.keys() == set(style.layers)
    lpips = load_lpips(weight_file("lpips-alexnet"))
    plain = inversion_of(code, {}, "faces-lite")

    def seen(inversion: Inversion) -> Tensor:
        with torch.inference_mode():
            return F.avg_pool2d(generator(*inversion.on(generator)).clamp(-1, 1), 2)

    photo = seen(plain)
    wanted = F.avg_pool2d(TEACHERS[style.name](photo).clamp(-1, 1), 2)
    pictures = [photo, *(seen(opened.apply(full, plain, amount)[1]) for amount in (0, 1))]
    far = [float(lpips(F.avg_pool2d(picture, 2), wanted)) for picture in pictures]
    assert far[1] < far[0]
    assert far[2] < 0.85 * far[0]
    less, more = ((picture - photo).abs().mean() for picture in pictures[1:])
    assert less < more


def test_a_morph_begins_and_ends_at_the_inversions_and_moves_code_and_kernels(full: HyperStyleModel) -> None:
    random = torch.Generator().manual_seed(1)
    kernel = full.generator.kernels()[14].shape
    one = inversion_of(torch.randn(1, 512, generator=random), {14: 0.3 * torch.randn(1, *kernel, generator=random)})
    wide = torch.randn(1, full.generator.n_styles, 512, generator=random)
    other = inversion_of(wide, {11: torch.full((512, 1, 1, 1), 0.2)})
    pictures = list(morph(full, one, other, 3))
    assert (pictures[0] == draw(full, one)).all()
    assert (pictures[2] == draw(full, other)).all()
    middle = interpolate(one, other, 0.5, full.generator.n_styles)
    assert torch.allclose(middle.codes, (one.codes[:, None] + other.codes) / 2, atol=1e-6)
    assert torch.allclose(middle.offsets[14], one.offsets[14] / 2)
    assert torch.allclose(middle.offsets[11], other.offsets[11] / 2)
    with pytest.raises(StudioError, match="same domain"):
        interpolate(one, inversion_of(wide, {}, "cars"), 0.5, full.generator.n_styles)
