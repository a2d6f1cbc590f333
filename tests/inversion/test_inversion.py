"""Inversions kept in files: what comes back, and what is said of files that hold none."""

import json
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from hyperstyle.errors import StudioError
from hyperstyle.inversion.inversion import Inversion, StepRecord
from hyperstyle.metrics.photo_metrics import Metrics
from hyperstyle.networks.generator import OffsetMode
from hyperstyle.networks.mobile_stylegan import MobileGenerator
from hyperstyle.networks.stylegan2 import StyleGan2
from hyperstyle.photo.quads import box_quad

STEPS = (
    StepRecord(0, Metrics(0.1, 0.3, 0.5, identity=None), 0.25),
    StepRecord(1, Metrics(0.05, 0.2, 0.7, identity=0.45), 0.5),
)


@pytest.fixture
def offsets(generator: MobileGenerator) -> dict[int, Tensor]:
    """Strong offsets of many layers: a tenth and more of every kernel's entries changes sign."""
    random = torch.Generator().manual_seed(0)
    kernels = generator.kernels()
    return {layer: 0.5 * torch.randn(1, *kernels[layer].shape, generator=random) for layer in range(1, 11)}


@pytest.fixture
def inversion(code: Tensor, offsets: dict[int, Tensor]) -> Inversion:
    return Inversion("faces-lite", "hyperstyle", code, offsets, box_quad((10.5, 20, 300, 310)), (640, 480), STEPS)


@pytest.fixture
def saved(inversion: Inversion, tmp_path: Path) -> Path:
    inversion.save(tmp_path / "inversion.safetensors")
    return tmp_path / "inversion.safetensors"


def changed(saved: Path, metadata: dict[str, str] | None = None, tensors: dict[str, Tensor] | None = None) -> Path:
    """The file with other metadata or tensors."""
    with safe_open(saved, framework="pt") as file:
        story = file.metadata() | (metadata or {})
        numbers = {name: file.get_tensor(name).clone() for name in file.keys()} | (tensors or {})  # noqa: SIM118
    save_file(numbers, saved, story)
    return saved


def test_what_is_saved_is_what_is_opened(inversion: Inversion, saved: Path) -> None:
    opened = Inversion.open(saved)
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]
    assert (opened.domain, opened.method, opened.quad, opened.photo_size, opened.steps) == (
        inversion.domain,
        inversion.method,
        inversion.quad,
        inversion.photo_size,
        inversion.steps,
    )
    assert torch.equal(opened.codes, inversion.codes)
    assert opened.offsets.keys() == inversion.offsets.keys()
    assert saved.stat().st_size < 2.1 * sum(offset.numel() for offset in inversion.offsets.values())


def test_the_picture_is_the_same_to_the_eye(inversion: Inversion, saved: Path, generator: MobileGenerator) -> None:
    with torch.no_grad():
        before = generator(*inversion.on(generator))
        after = generator(*Inversion.open(saved).on(generator))
        plain = generator(inversion.codes)
    assert ((after - before).abs().mean() * 127.5).item() < 0.1
    assert ((plain - before).abs().mean() * 127.5).item() > 5


def test_offsets_too_large_for_16_bits_are_kept_whole(inversion: Inversion, tmp_path: Path) -> None:
    huge = {3: torch.full((512, 512, 1, 1), 1e6)}
    path = tmp_path / "huge.safetensors"
    Inversion("faces-lite", "pivotal", inversion.codes, huge, inversion.quad, (9, 9), ()).save(path)
    assert torch.equal(Inversion.open(path).offsets[3], huge[3])


def test_an_opened_inversion_does_not_change_with_its_file(saved: Path) -> None:
    opened = Inversion.open(saved)
    before = opened.codes.clone()
    saved.write_bytes(bytes(saved.stat().st_size))
    assert torch.equal(opened.codes, before)


def test_saving_over_an_inversion_that_cannot_be_replaced_says_so(inversion: Inversion, tmp_path: Path) -> None:
    (tmp_path / "taken.safetensors").mkdir()
    with pytest.raises(StudioError, match="cannot be written"):
        inversion.save(tmp_path / "taken.safetensors")
    assert [path.name for path in tmp_path.iterdir()] == ["taken.safetensors"]


def test_files_from_before_generators_that_add_hold_offsets_that_multiply(saved: Path) -> None:
    with safe_open(saved, framework="pt") as file:
        story = json.loads(file.metadata()["inversion"])
    assert story.pop("offsets") == "multiplied"
    opened = Inversion.open(changed(saved, {"inversion": json.dumps(story)}))
    assert opened.offset_mode is OffsetMode.MULTIPLIED
    with pytest.raises(StudioError, match="damaged"):
        Inversion.open(changed(saved, {"inversion": json.dumps(story | {"offsets": "divided"})}))


@pytest.mark.parametrize("kept", [0, 5, 1000, -1])
def test_a_file_that_was_cut_off_is_refused(saved: Path, kept: int) -> None:
    saved.write_bytes(saved.read_bytes()[:kept])
    with pytest.raises(StudioError, match=r"inversion\.safetensors is damaged"):
        Inversion.open(saved)


def test_other_files_are_refused(saved: Path, tmp_path: Path) -> None:
    save_file({"codes": torch.zeros(1, 512)}, tmp_path / "weights.safetensors")
    with pytest.raises(StudioError, match=r"weights\.safetensors is not a saved inversion"):
        Inversion.open(tmp_path / "weights.safetensors")
    (tmp_path / "words.safetensors").write_text("I am an inversion")
    with pytest.raises(StudioError, match="not a saved inversion"):
        Inversion.open(tmp_path / "words.safetensors")
    with pytest.raises(StudioError, match="cannot be opened"):
        Inversion.open(tmp_path / "missing.safetensors")
    with pytest.raises(StudioError, match="newer version"):
        Inversion.open(changed(saved, {"version": "2"}))


@pytest.mark.parametrize(
    "metadata",
    [
        {"inversion": "{"},
        {"inversion": "[]"},
        {"inversion": '{"domain": "faces-lite"}'},
        {"inversion": '{"domain":"faces-lite","method":"m","quad":[1],"photo_size":[1,1],"steps":[]}'},
    ],
)
def test_a_story_that_is_none_is_damage(saved: Path, metadata: dict[str, str]) -> None:
    with pytest.raises(StudioError, match="damaged"):
        Inversion.open(changed(saved, metadata))


@pytest.mark.parametrize(
    "tensors",
    [
        {"codes": torch.zeros(2, 512)},
        {"codes": torch.full((1, 512), float("nan"))},
        {"codes": torch.zeros(())},
        {"offset.x": torch.zeros(1)},
        {"surprise": torch.zeros(1)},
    ],
)
def test_tensors_that_are_no_code_and_offsets_are_damage(saved: Path, tensors: dict[str, Tensor]) -> None:
    with pytest.raises(StudioError, match="damaged"):
        Inversion.open(changed(saved, tensors=tensors))


def test_an_unknown_domain_is_named(saved: Path) -> None:
    with safe_open(saved, framework="pt") as file:
        story = json.loads(file.metadata()["inversion"])
    with pytest.raises(StudioError, match="horses"):
        Inversion.open(changed(saved, {"inversion": json.dumps(story | {"domain": "horses"})}))


def test_another_generators_inversion_does_not_fit(inversion: Inversion, generator: MobileGenerator) -> None:
    with pytest.raises(StudioError, match="does not fit"):
        inversion.on(StyleGan2(64))
    for layer, shape in ((99, (1, 1, 1, 1)), (1, (7, 128, 1, 1)), (1, (128,)), (1, (2, 512, 128, 1, 1))):
        odd = Inversion("faces-lite", "m", inversion.codes, {layer: torch.zeros(shape)}, inversion.quad, (9, 9), ())
        with pytest.raises(StudioError, match="does not fit"):
            odd.on(generator)
    per_pair = Inversion("faces-lite", "m", inversion.codes, {1: torch.zeros(512, 1, 1, 1)}, inversion.quad, (9, 9), ())
    codes, offsets = per_pair.on(generator)
    assert generator(codes, offsets).shape == (1, 3, 1024, 1024)
