"""What people saved with earlier versions still means the same."""

from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np
import pytest
from PIL import Image

from hyperstyle.domain_table import EMBEDDED
from hyperstyle.editing.edits import Edits, StyleChoice, TextEdit
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.inverter import Inverter
from hyperstyle.recipe import Recipe, recipe_in
from tests.cli.program import within
from tests.weights_at_hand import embedded_weights_at_hand

SAVED = Path(__file__).with_name("saved")
VERSIONS = sorted(path.name for path in SAVED.iterdir())
RECIPE = Recipe(
    domain="faces-lite",
    method="hyperstyle",
    step=0,
    edits={"smile": 2.0, "age": -3.0},
    example="male_090",
    style="pencil",
    amount=0.7,
    text=TextEdit("a face", "a smiling face", 3.0, 0.2),
)


@pytest.fixture(scope="module")
def faces_lite() -> Inverter:
    embedded_weights_at_hand()
    return Inverter.load(EMBEDDED, "cpu")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_saved_inversion_draws_the_picture_that_was_seen(version: str, faces_lite: Inverter, tmp_path: Path) -> None:
    folder = SAVED / version
    with Image.open(folder / "smile-2-age-minus-3.png") as image:
        seen = np.asarray(image.convert("RGB")).astype(float)
    inversion = Inversion.open(folder / "inversion.safetensors")
    drawn = faces_lite.draw(inversion, Edits({"smile": 2.0, "age": -3.0}))
    again = np.asarray(Image.fromarray(drawn).resize(seen.shape[1::-1], Image.Resampling.BOX)).astype(float)
    # Of 255: bfloat16 may make 1.5 of it, and age and smile now leave the lightness of skin as it is.
    assert np.abs(again - seen).mean() < 6
    inversion.save(tmp_path / "again.safetensors")
    assert Inversion.open(tmp_path / "again.safetensors").steps == inversion.steps


@pytest.mark.parametrize("version", VERSIONS)
def test_a_command_line_of_then_edits_an_inversion_of_then(version: str, tmp_path: Path) -> None:
    embedded_weights_at_hand()
    saved, out = SAVED / version / "inversion.safetensors", tmp_path / "out.png"
    assert within("edit", saved, "--set", "smile=2", "--set", "age=-3", "--out", out).returncode == 0
    with Image.open(out) as image:
        assert image.size == (1024, 1024)


@pytest.mark.parametrize("version", VERSIONS)
def test_recipes_in_pictures_and_links_mean_what_they_meant(version: str) -> None:
    assert recipe_in(SAVED / version / "smile-2-age-minus-3.png") == RECIPE
    link = (SAVED / version / "link.txt").read_text().strip()
    assert Recipe.from_query(dict(parse_qsl(link.removeprefix("?"))), ["smile", "age"]) == RECIPE
    assert RECIPE.changes == Edits(RECIPE.edits, RECIPE.text, StyleChoice("pencil", 0.7), 1.0)
