"""The adversary: what it is shown, what it learns, and what the generator learns of it."""

from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from hyperstyle.training.animals import adversary, auto_decoder
from hyperstyle.training.animals.adversary import AdaptiveWeight, Adversary
from hyperstyle.training.animals.auto_decoder import AnimalTraining
from hyperstyle.training.animals.differentiable_augmentation import augment
from hyperstyle.training.animals.features import CHANNELS, FeatureNetwork, load_features
from tests.weights_at_hand import weight_file


@pytest.fixture(scope="module")
def seen() -> FeatureNetwork:
    return load_features(weight_file("mobilenet-v2"))


@pytest.fixture
def smooth() -> Tensor:
    """Pictures [8, 3, 64, 64] without any detail."""
    torch.manual_seed(0)
    return F.interpolate(torch.rand(8, 3, 4, 4) * 2 - 1, size=(64, 64), mode="bicubic")


def test_maps_are_as_wide_as_they_say(seen: FeatureNetwork) -> None:
    maps = seen(torch.rand(1, 3, 128, 128))
    assert [tuple(each.shape[1:]) for each in maps] == [
        (channels, 32 >> index, 32 >> index) for index, channels in enumerate(CHANNELS)
    ]


def test_changes_keep_size_and_let_gradients_through(smooth: Tensor) -> None:
    leaf = smooth.requires_grad_()
    changed = augment(leaf)
    assert changed.shape == leaf.shape
    changed.sum().backward()
    assert leaf.grad is not None
    assert ((leaf.grad != 0).flatten(1).float().mean(1) > 0.5).all()
    assert ((changed == 0).all(1).flatten(1).float().mean(1) > 0.1).all(), "each picture has a hole"
    assert not torch.equal(augment(leaf), changed)


def test_it_learns_to_tell_noisy_pictures_from_smooth_ones_and_how_to_fool_it(
    seen: FeatureNetwork, smooth: Tensor
) -> None:
    judge = Adversary(seen, torch.device("cpu"))
    noisy = smooth + 0.5 * torch.randn_like(smooth)
    for _ in range(12):
        shares = judge.learn(smooth, noisy)
    assert min(shares) > 0.8
    before = torch.cat([each.flatten() for each in judge.logits(noisy)]).mean()
    for _ in range(5):
        gradient = judge.gradient(noisy)
        noisy = noisy - gradient * 10 / gradient.norm()
    assert torch.cat([each.flatten() for each in judge.logits(noisy)]).mean() > before


def test_the_balance_makes_gradients_equally_long_and_remembers() -> None:
    balance = AdaptiveWeight()
    wanted, other = torch.ones(2, 3, 4, 4), torch.full((2, 3, 4, 4), 0.1)
    assert balance(wanted, other) == pytest.approx(10 * adversary.SHARE)
    assert balance(wanted, wanted) == pytest.approx(10 * adversary.SHARE, rel=0.1)


def test_a_step_teaches_both_sides_and_resumes(
    training: AnimalTraining, seen: FeatureNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    auto_decoder.train(tmp_path, 0.01, 64, training)
    monkeypatch.setattr(adversary, "WARMUP", -1)
    kernel = training.generator.kernel.detach().clone()
    adversary.train(tmp_path, 0.02, 64, training, seen)
    assert not torch.equal(training.generator.kernel, kernel)
    saved = torch.load(tmp_path / "adversary.pt", weights_only=True)
    assert saved["weight"]["weight"] > 0
    adversary.train(tmp_path, 0.01, 64, training, seen)
    assert torch.load(tmp_path / "adversary.pt", weights_only=True)["step"] > saved["step"]
