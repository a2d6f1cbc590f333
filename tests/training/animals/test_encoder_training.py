"""The encoder of animals, and the step sizes of their refinements: a few steps of both trainings."""

from pathlib import Path

import pytest
import torch

from hyperstyle.networks.small_encoder import SIDE
from hyperstyle.paths import ASSETS
from hyperstyle.training.animals import encoder_training, feedback_training
from hyperstyle.training.animals.auto_decoder import AnimalTraining
from hyperstyle.training.animals.dataset import AnimalPictures
from hyperstyle.training.animals.encoder_training import GeneratedPictures, batch_of
from hyperstyle.weights.embedded_loading import load_compact_generator, load_compact_model


def test_batches_hold_photos_and_the_latest_generated_pictures(
    training: AnimalTraining, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoder_training, "KEPT", 3)
    generated = GeneratedPictures(training)
    generated.add(2)
    first = generated.codes.clone()
    generated.add(2)
    assert len(generated.pictures) == 3
    assert torch.equal(generated.codes[0], first[1])
    pictures, codes = batch_of(training, generated)
    assert pictures.shape == (encoder_training.BATCH, 3, SIDE, SIDE)
    known = [bool((training.codes.codes == code).all(1).any()) for code in codes]
    assert sum(known) == encoder_training.PHOTOS


def test_the_encoder_trains_and_goes_on_where_it_stopped(
    training: AnimalTraining, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoder_training, "FIRST", 6)
    monkeypatch.setattr(encoder_training, "NEW", 1)
    training.average.load_state_dict(load_compact_generator(ASSETS / "wild-lite")[0].state_dict())
    encoder = encoder_training.train(tmp_path, 0.1, training)
    assert torch.isfinite(encoder(training.pictures.held_out(SIDE))).all()
    step = torch.load(tmp_path / encoder_training.CHECKPOINT, weights_only=True)["step"]
    encoder_training.train(tmp_path, 0.05, training)
    assert torch.load(tmp_path / encoder_training.CHECKPOINT, weights_only=True)["step"] > step


def test_step_sizes_get_gradients_from_animals(tmp_path: Path, pictures: AnimalPictures) -> None:
    model = load_compact_model(ASSETS / "wild-lite")
    before = model.hypernetwork.strides.clone()
    trained = feedback_training.train(tmp_path, 0.05, model, pictures)
    assert (trained.strides != before).all()
    assert torch.isfinite(trained.strides).all()
