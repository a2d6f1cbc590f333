"""Recipes in links and in pictures."""

import json
from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from hyperstyle.errors import StudioError
from hyperstyle.photo.reading import Photo
from hyperstyle.photo.saving import save_photo
from hyperstyle.recipe import KEY, Recipe, TextEdit, recipe_in

DIRECTIONS = ("age", "smile")
PICTURE = np.zeros((64, 64, 3), np.uint8)


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(),
        Recipe(
            "faces",
            "pivotal",
            3,
            0.5,
            {"smile": 2.0, "age": -3.5},
            "female_080",
            "toon",
            0.75,
            TextEdit("a face", "a <smiling> face", 3.5, 0.2),
        ),
        Recipe(step=0, strength=0.0),
    ],
)
def test_a_link_and_a_picture_bring_back_the_recipe(recipe: Recipe, tmp_path: Path) -> None:
    query = dict(parse_qsl(recipe.to_query()))
    assert Recipe.from_query(query, DIRECTIONS) == recipe
    save_photo(tmp_path / "picture.png", PICTURE, Photo(PICTURE), {KEY: recipe.to_text()})
    assert recipe_in(tmp_path / "picture.png") == recipe


def test_a_link_by_hand_is_read_kindly() -> None:
    recipe = Recipe.from_query({"smile": "99", "strength": "-1", "wings": "3", "utm_source": "x"}, DIRECTIONS)
    assert (recipe.edits, recipe.strength) == ({"smile": 5.0}, 0.0)
    for number in ("much", "nan"):
        with pytest.raises(StudioError, match="link's smile is not a number"):
            Recipe.from_query({"smile": number}, DIRECTIONS)


@pytest.mark.parametrize("text", ["", "no json", "[]", json.dumps({"domain": "faces"}), "x" * 20_000])
def test_a_picture_of_another_program_has_none(text: str, tmp_path: Path) -> None:
    chunks = PngInfo()
    chunks.add_text(KEY, text)
    Image.fromarray(PICTURE).save(tmp_path / "picture.png", pnginfo=chunks)
    assert recipe_in(tmp_path / "picture.png") is None


def test_what_is_no_png_has_none(tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_text("I am a picture")
    assert recipe_in(tmp_path / "picture.png") is None
    assert recipe_in(tmp_path / "absent.png") is None
