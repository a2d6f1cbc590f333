"""`invert` and `compare` as a script calls them."""

import json
import shutil
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from hyperstyle.cli.commands import app
from hyperstyle.cli.options import photos_in
from hyperstyle.domain_table import EMBEDDED
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.paths import EXAMPLES
from hyperstyle.photo.reading import read_photo
from tests.cli.program import hyperstyle, within
from tests.weights_at_hand import embedded_weights_at_hand, weight_file


@pytest.fixture
def embedded() -> None:
    """The embedded model, or a skip where a part of it is missing."""
    embedded_weights_at_hand()
    if EMBEDDED.missing_assets():
        pytest.skip(f"assets/ lacks {', '.join(EMBEDDED.missing_assets())}: not trained yet")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("invert", "a.jpg"), "--out"),
        (("invert", "--out", "OUT"), "PHOTO"),
        (("invert", "a.jpg", "--out", "OUT", "--domain", "horses"), "horses"),
        (("invert", "a.jpg", "--out", "OUT", "--method", "magic"), "magic"),
        (("invert", "a.jpg", "--out", "OUT", "--steps", "-1"), "--steps"),
        (("invert", "a.jpg", "--out", "OUT", "--engine", "steam"), "steam"),
        (("invert", "a.jpg", "--out", "OUT", "--face", "1", "--no-align"), "--face"),
        (("invert", "a.jpg", "--out", "OUT", "--domain", "cars", "--face", "1"), "--face"),
        (("invert", "EMPTY", "--out", "OUT"), "holds no photo"),
        (("compare", "a.jpg", "--out", "OUT", "--methods", "hyperstyle,magic"), "magic"),
        (("compare", "a.jpg", "--out", "OUT"), "--methods"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_wrong_usage_is_status_2_and_writes_nothing(arguments: tuple[str, ...], named: str, tmp_path: Path) -> None:
    (tmp_path / "EMPTY").mkdir()
    answer = CliRunner().invoke(app, [str(tmp_path / word) if word.isupper() else word for word in arguments])
    assert answer.exit_code == 2
    assert named in answer.stderr
    assert not (tmp_path / "OUT").exists()


@pytest.mark.usefixtures("embedded")
def test_photos_are_inverted_and_those_that_fail_are_told(tmp_path: Path) -> None:
    (tmp_path / "torn.jpg").write_bytes((EXAMPLES / "male_095.jpg").read_bytes()[:300])
    photos = [EXAMPLES / "female_080.jpg", tmp_path / "torn.jpg", tmp_path / "missing.jpg"]
    out, report = tmp_path / "out", tmp_path / "reports" / "report.json"
    answer = hyperstyle("invert", *photos, "--out", out, "--steps", "1", "--report", report)
    assert answer.returncode == 1
    assert len(answer.stderr.strip().splitlines()) == 2
    assert "Traceback" not in answer.stderr

    done, torn, missing = json.loads(report.read_text())
    assert (done["photo"], done["domain"], done["method"]) == (str(photos[0]), "faces-lite", "hyperstyle")
    assert len(done["faces"]) == 1
    assert [list(step) for step in done["steps"]] == [["index", "l2", "lpips", "ms_ssim", "identity", "seconds"]] * 2
    assert done["steps"][1]["l2"] < done["steps"][0]["l2"]
    assert "damaged" in torn["error"]
    assert "cannot be opened" in missing["error"]
    assert "steps" not in torn

    assert {path.name for path in out.iterdir()} == {"female_080", "torn", "missing", "manifest.jsonl"}
    assert [path.name for path in (out / "torn").iterdir()] == ["record.json"]
    assert read_photo(out / "female_080" / "step-1.png").pixels.shape == (1024, 1024, 3)
    assert Inversion.open(out / "female_080" / "inversion.safetensors").steps[1].index == 1


@pytest.mark.usefixtures("embedded")
def test_photos_are_compared_and_a_second_run_does_nothing_again(tmp_path: Path) -> None:
    for name in ("lpips-vgg16", "age-net", "gender-net", "emotion-net"):
        weight_file(name)
    shutil.copy(EXAMPLES / "male_090.jpg", tmp_path)
    methods = ("--methods", "w-encoder,hyperstyle", "--edits", "smile")
    command = ("compare", tmp_path, *methods, "--out", tmp_path / "out")
    first = within(*command)
    assert first.returncode == 0, first.stderr
    table = (tmp_path / "out" / "table.md").read_text()
    assert table in first.stdout
    assert "| HyperStyle | smile | 1 |" in table
    assert "| method | LPIPS (VGG) ↓ |" in table
    assert "| everyone | 1 |" in table
    assert within(*command).returncode == 0
    assert (tmp_path / "out" / "table.md").read_text() == table  # to the last digit of the seconds


def test_every_photo_gets_a_short_name_of_its_own(tmp_path: Path) -> None:
    for name in ("a/me.jpg", "a/me.png", "a/notes.txt", "a/YOU.JPEG", "b/me.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    named = photos_in([tmp_path / "b" / "me.jpg", tmp_path / "a", tmp_path / "a" / "me.png"])
    assert {name: str(path.relative_to(tmp_path)) for name, path in named.items()} == {
        "me": "b/me.jpg",
        "YOU": "a/YOU.JPEG",
        "me-2": "a/me.jpg",
        "me-3": "a/me.png",
    }
    (tmp_path / "empty").mkdir()
    with pytest.raises(typer.BadParameter, match="holds no photo"):
        photos_in([tmp_path / "empty"])
