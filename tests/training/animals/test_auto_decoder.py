"""A generator of animals that learns to reconstruct pictures."""

import copy
from pathlib import Path

import torch

from hyperstyle.training.animals.auto_decoder import AnimalTraining, batch_of, reconstruction_loss, train
from hyperstyle.weights.assets import ship
from hyperstyle.weights.lpips_loading import load_lpips
from tests.weights_at_hand import weight_file


def test_all_pictures_come_before_any_comes_again() -> None:
    seen = torch.cat([batch_of(step, 4, 12) for step in range(3)])
    assert seen.sort().values.tolist() == list(range(12))
    assert batch_of(3, 4, 12).tolist() != batch_of(0, 4, 12).tolist()


def test_steps_come_nearer_to_the_pictures(training: AnimalTraining) -> None:
    numbers, optimizer = torch.arange(4), training.optimizer()
    codes, constant = training.codes.codes.clone(), training.average.constant.clone()
    losses = []
    for step in range(15):
        losses.append(training.reconstruct(numbers, 64))
        training.step(optimizer, step)
    assert losses[-1] < 0.8 * losses[0]
    assert (training.codes.codes != codes).any(1).tolist() == [True] * 4 + [False] * 8
    assert not torch.equal(training.average.constant, constant)


def test_a_stretch_leaves_pictures_and_a_checkpoint_from_which_another_size_goes_on(
    training: AnimalTraining, tmp_path: Path
) -> None:
    train(tmp_path, 0.01, 64, training)
    assert {path.name for path in tmp_path.iterdir()} == {"auto-decoder.pt", "grid.png", "strip.png"}
    steps = torch.load(tmp_path / "auto-decoder.pt", weights_only=True)["step"]
    train(tmp_path, 0.01, 128, training)
    assert torch.load(tmp_path / "auto-decoder.pt", weights_only=True)["step"] > steps


def test_reports_follow_held_out_pictures_by_their_codes_alone(training: AnimalTraining) -> None:
    torch.nn.init.normal_(training.average.heads[0].picture.weight, std=0.05)  # type: ignore[union-attr, arg-type]
    weights = {name: value.clone() for name, value in training.average.state_dict().items()}
    codes = training.held_codes.codes.clone()
    first, strip = training.examine(64)
    for _ in range(3):
        last, _ = training.examine(64)
    assert strip.shape[1:] == (3, 128, 64)
    assert float(last.split("L2 ")[1].split(",")[0]) < float(first.split("L2 ")[1].split(",")[0])
    assert not torch.equal(training.held_codes.codes, codes)
    assert all(torch.equal(value, weights[name]) for name, value in training.average.state_dict().items())


def test_it_goes_on_from_the_results_of_another_machine(training: AnimalTraining, tmp_path: Path) -> None:
    fresh = copy.deepcopy(training)
    with torch.no_grad():
        training.average.constant += 1
        training.codes.codes += 1
    for name, module in training.results().items():
        ship(module, tmp_path / name, {})
    fresh.load_results(tmp_path)
    assert torch.allclose(fresh.generator.constant, training.average.constant, atol=0.01)
    assert torch.allclose(fresh.codes.codes, training.codes.codes, atol=0.01)
    assert fresh.generator.constant.requires_grad
    assert fresh.optimizer().param_groups[0]["params"][0] is fresh.generator.constant


def test_the_loss_looks_at_changing_offsets() -> None:
    lpips = load_lpips(weight_file("lpips-alexnet"))
    torch.manual_seed(0)
    made, wanted = torch.rand(1, 3, 64, 64) * 2 - 1, torch.rand(1, 3, 64, 64) * 2 - 1
    assert reconstruction_loss(made, made, lpips) == 0
    leaf = made.requires_grad_()
    losses = [reconstruction_loss(leaf, wanted, lpips) for _ in range(30)]
    torch.stack(losses).mean().backward()
    assert len({round(float(loss.detach()), 6) for loss in losses}) > 5
    assert leaf.grad is not None
    reached = (leaf.grad[0, 0] != 0).any(0)
    assert reached[0]
    assert reached[62], "offsets 0 to 3 of a crop of 60"
