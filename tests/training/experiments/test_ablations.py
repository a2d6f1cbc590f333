"""Variants of HyperStyle's design: what they may change, photos and codes that fit, budgets that end, a table."""

import copy
import random
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from hyperstyle.networks.embedded_model import EmbeddedModel
from hyperstyle.networks.feedback import STEPS
from hyperstyle.networks.mobile_stylegan import MappingNetwork, MobileGenerator
from hyperstyle.networks.preview_head import PreviewHead
from hyperstyle.networks.refiner import Refiner
from hyperstyle.networks.small_encoder import SmallEncoder
from hyperstyle.training.core.budget import CpuClock, StepLimitedRun
from hyperstyle.training.core.generated_pictures import file_of, save_grid, write_jpeg
from hyperstyle.training.core.previews import render_previews
from hyperstyle.training.experiments.ablations import VARIANTS, AblationTraining, Variant
from hyperstyle.training.experiments.ablations_report import write_report
from hyperstyle.training.experiments.encoded_photos import EncodedPhotos, encode_photos
from hyperstyle.training.experiments.pairwise_hypernetwork import channel_pairs
from hyperstyle.weights.lpips_loading import load_lpips
from tests.weights_at_hand import weight_file

SIDE = 128
TINY = Variant("tiny", "a single layer", layers=(3,), steps=2)


@pytest.fixture
def training(generator: MobileGenerator, mapping: MappingNetwork, tmp_path: Path) -> AblationTraining:
    """Six photos that are lighter than the pictures of their codes, seen through a preview of 32 pixels."""
    torch.manual_seed(0)
    lpips = load_lpips(weight_file("lpips-alexnet"))
    model = EmbeddedModel(copy.deepcopy(generator), PreviewHead(32), SmallEncoder(), Refiner(TINY.layers), lpips)
    model.eval().requires_grad_(False)
    codes = mapping(torch.randn(6, 512), 0.8).detach()
    pictures = render_previews(model, codes, model.generator.own_kernels())
    photos = F.interpolate((pictures + 0.3).clamp(-1, 1), (SIDE, SIDE), mode="bilinear")
    known = EncodedPhotos(((photos + 1) * 127.5).byte(), torch.stack([codes, codes]), portraits=6)
    return AblationTraining(model, known, photos, tmp_path, updates=30, minutes=60)


def test_every_variant_changes_its_own_layers_and_at_first_nothing(generator: MobileGenerator) -> None:
    seen = torch.rand(2, 3, 64, 64)
    for variant in VARIANTS:
        with torch.no_grad():
            offsets = variant.network().eval()(seen, seen)
        assert tuple(offsets) == variant.layers
        for layer, offset in offsets.items():
            assert offset.shape == (2, *generator.own_kernels()[layer].shape[:2], 1, 1)
            assert not offset.any()


def test_names_and_designs_of_variants_are_their_own() -> None:
    assert len({variant.name for variant in VARIANTS}) == len(VARIANTS)
    assert len({replace(variant, name="", title="") for variant in VARIANTS}) == len(VARIANTS)


def test_heads_are_what_a_variant_says() -> None:
    base, own, separable = (variant_of(name).network() for name in ("base", "own", "all-separable"))
    assert base.heads["4"] is base.heads["6"]
    assert own.heads["4"] is not own.heads["6"]
    codes = torch.randn(1, 64)
    for head in separable.heads.values():
        nn.init.normal_(head.outs.weight)
        assert torch.linalg.matrix_rank(head(codes)[0]) == 1
    assert channel_pairs()[9] == (256, 128)


def variant_of(name: str) -> Variant:
    return next(variant for variant in VARIANTS if variant.name == name)


def test_a_variant_learns_and_leaves_a_line_in_the_table(training: AblationTraining, tmp_path: Path) -> None:
    training.train(TINY)
    result = training.result(TINY)
    assert result is not None
    assert len(result.figures) == 1 + STEPS
    assert result.figures[STEPS][0] < 0.8 * result.figures[0][0]
    page = tmp_path / "page.md"
    page.write_text("Before.\n\n<!-- measured -->\nold\n<!-- end -->\n\nAfter.\n")
    write_report(page, {TINY: result})
    text = page.read_text()
    assert text.startswith("Before.")
    assert text.endswith("After.\n")
    assert "old" not in text
    line = next(line for line in text.splitlines() if TINY.title in line)
    assert f"{result.figures[0][0]:.4f}" in line
    assert line.count("|") == 6 + STEPS


def test_an_interrupted_variant_has_no_result_until_its_budget_is_spent(training: AblationTraining) -> None:
    short = replace(training, updates=2, minutes=1e-9)
    short.train(TINY)
    assert short.result(TINY) is None
    replace(short, minutes=60).train(TINY)
    assert short.result(TINY) is not None


def test_gradients_of_a_refinement_reach_no_refinement_before(training: AblationTraining) -> None:
    network = TINY.network()
    codes = training.photos.codes[0, :1]
    pictures = training.refinements(network, training.held[:1], codes)
    next(pictures)
    first = next(pictures)
    second = next(pictures)
    training.model.distance(first, training.target(training.held[:1])).sum().backward()
    alone = [parameter.grad.clone() for parameter in network.parameters() if parameter.grad is not None]
    assert any(gradient.any() for gradient in alone)
    network.zero_grad()
    training.model.distance(
        second, training.target(training.held[:1])
    ).sum().backward()  # the first graph is gone by now


def test_budgets_count_steps_over_runs_and_clocks_add_up(tmp_path: Path) -> None:
    model, clock = nn.Linear(3, 2), CpuClock(before=100.0)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    checkpoint, parts = tmp_path / "model.pt", {"model": model, "optimizer": optimizer, "clock": clock}
    taken = StepLimitedRun(checkpoint, parts, 60, lambda _: None, total=20).steps(optimizer)
    rates = [optimizer.param_groups[0]["lr"] for _ in taken]
    assert len(rates) == 20
    assert rates[-1] < 0.5 * max(rates)
    clock.before = 0.0
    assert list(StepLimitedRun(checkpoint, parts, 60, lambda _: None, total=25).steps(optimizer)) == [
        20,
        21,
        22,
        23,
        24,
    ]
    assert clock.seconds > 100


def test_mirrored_photos_come_with_the_codes_of_mirrored_photos() -> None:
    photos = torch.randint(0, 255, (5, 3, 8, 8)).byte()
    codes = torch.stack([photos.float().mean((1, 2)), photos.flip(3).float().mean((1, 2))])
    seen, found = EncodedPhotos(photos, codes, portraits=2).batch(40, random.Random(0))
    assert torch.allclose((seen.mean((1, 2)) + 1) * 127.5, found, atol=1e-3)
    kinds = {tuple(code.tolist()) for code in found}
    assert len(kinds) == 10


def test_codes_are_kept_and_made_anew_for_another_encoder(tmp_path: Path) -> None:
    torch.manual_seed(0)
    pictures = torch.rand(3, 3, 256, 256) * 2 - 1
    (tmp_path / "portraits").mkdir()
    for name, picture in zip(("female_001", "male_002", "male_070"), pictures, strict=True):
        save_grid(tmp_path / "portraits" / f"{name}.png", [picture[None]])
    write_jpeg(file_of(tmp_path / "relatives", 0), pictures[0])
    encoder = SmallEncoder().eval()
    known, held = encode_photos(tmp_path, encoder)
    assert known.photos.shape == (3, 3, SIDE, SIDE)
    assert (known.portraits, len(held)) == (2, 1)
    assert torch.allclose(known.codes[0, :1], code_of(encoder, known.photos[:1]), atol=1e-3)
    kept = (tmp_path / "ablations" / "codes.pt").stat()
    assert torch.equal(encode_photos(tmp_path, encoder)[0].codes, known.codes)
    assert (tmp_path / "ablations" / "codes.pt").stat().st_mtime_ns == kept.st_mtime_ns
    other = SmallEncoder().eval()
    assert torch.allclose(encode_photos(tmp_path, other)[0].codes[0, :1], code_of(other, known.photos[:1]), atol=1e-3)


def code_of(encoder: SmallEncoder, photos: Tensor) -> Tensor:
    with torch.no_grad():
        return encoder(photos.float() / 127.5 - 1)
