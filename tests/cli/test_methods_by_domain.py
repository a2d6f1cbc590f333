"""Commands on a domain of HyperInverter's, from files in the published layout."""

import json
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from hyperstyle.cli.commands import app
from hyperstyle.cli.options import method_of
from hyperstyle.domain_table import DOMAINS
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.inversion.methods import Preset
from hyperstyle.networks.generator import OffsetMode
from hyperstyle.paths import EXAMPLES
from hyperstyle.photo.reading import read_photo
from hyperstyle.weights.catalogue import WEIGHTS
from tests.weights import nvidia_files
from tests.weights import published_files as files
from tests.weights_at_hand import weight_file

PHOTO = EXAMPLES / "female_080.jpg"
CHURCHES = DOMAINS["churches"]


@pytest.fixture
def churches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The three files of churches, in a folder of the user's."""
    weight_file("lpips-alexnet")
    weight_file("lpips-vgg16")  # for comparisons
    folder = tmp_path / "weights"
    folder.mkdir()
    hyperinverter, w_encoder, generator = (folder / WEIGHTS[name].filename for name in CHURCHES.model)
    torch.save(
        files.content_of_hyperinverter(256, 8, "ResNetLayerWiseEncoder", "church_encode"),
        hyperinverter,
    )
    torch.save(files.content_of_hyperinverters_w_encoder("church_encode"), w_encoder)
    content = files.content_of_nvidia(256)
    nvidia_files.ada(generator, content["G_ema"], content["init_kwargs"])
    monkeypatch.setenv("HYPERSTYLE_WEIGHTS", str(folder))


def run(*arguments: str | Path) -> tuple[int, str]:
    answer = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if answer.exception and not isinstance(answer.exception, SystemExit):
        raise answer.exception
    return answer.exit_code, answer.stderr


@pytest.mark.usefixtures("churches")
def test_churches_are_inverted_edited_and_compared(tmp_path: Path) -> None:
    out, report = tmp_path / "out", tmp_path / "report.json"
    assert run("invert", PHOTO, "--domain", "churches", "--out", out, "--report", report) == (0, "")
    (entry,) = json.loads(report.read_text())
    assert (entry["method"], [step["index"] for step in entry["steps"]]) == ("hyperinverter", [0, 1])
    file = out / PHOTO.stem / "inversion.safetensors"
    assert Inversion.open(file).offset_mode is OffsetMode.ADDED

    edited = tmp_path / "edited.png"
    assert run("edit", file, "--set", "component-0=4", "--out", edited) == (0, "")
    assert (read_photo(edited).pixels != read_photo(out / PHOTO.stem / "step-1.png").pixels).any()

    compared = tmp_path / "compared"
    methods = "w-encoder,hyperinverter"
    assert run("compare", PHOTO, "--domain", "churches", "--methods", methods, "--out", compared) == (0, "")
    assert "| HyperInverter | 1 of 1 |" in (compared / "table.md").read_text()


@pytest.mark.parametrize(
    ("command", "named"),
    [
        (("invert", "--domain", "churches", "--method", "hyperstyle"), "HyperStyle is not for Churches"),
        (("invert", "--domain", "cars", "--method", "restyle"), "ReStyle-e4e is not for Cars"),
        (("invert", "--method", "hyperinverter"), "HyperInverter is not for Faces"),
        (("compare", "--domain", "faces-hyperinverter", "--methods", "w-encoder,hyperstyle"), "HyperStyle is not for"),
        (("compare", "--domain", "churches", "--methods", "w-encoder", "--preset", "slow"), "slow"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_methods_that_do_not_suit_a_domain_are_wrong_usage(
    command: tuple[str, ...], named: str, tmp_path: Path
) -> None:
    status, said = run(command[0], PHOTO, *command[1:], "--out", tmp_path / "out")
    assert status == 2
    assert named in " ".join(said.replace("│", " ").split())
    assert not (tmp_path / "out").exists()


def test_the_published_preset_is_as_many_steps_as_the_paper_takes() -> None:
    assert method_of("projection", CHURCHES, Preset.PUBLISHED).steps == 1000
    assert method_of("projection", CHURCHES, Preset.FAST).steps == 100
