"""A training goes on from the shipped networks."""

from pathlib import Path

import torch

from hyperstyle.cli.train import start_work, trained_model
from hyperstyle.weights.embedded_loading import load_embedded_model


def test_a_folder_that_was_started_holds_the_shipped_networks(tmp_path: Path) -> None:
    start_work(tmp_path / "work")
    trained, shipped = trained_model(tmp_path / "work"), load_embedded_model()
    for part in ("w_encoder", "hypernetwork", "head"):
        weights = getattr(trained, part).state_dict()
        for name, value in getattr(shipped, part).state_dict().items():
            assert torch.equal(weights[name], value), name
