"""Captions: true of their face, in many wordings, of words that the tokenizer knows, short or full."""

from random import Random

import numpy as np
import pytest
import torch

from hyperstyle.editing.text_model import EMBEDDED_TEMPLATES
from hyperstyle.editing.word_tokenizer import CONTEXT, WordTokenizer, split_words
from hyperstyle.metrics.descriptions import DESCRIBED
from hyperstyle.training.text.captions import (
    FULL_FACTS,
    caption,
    mirror_labels,
    ranks,
    short_caption,
    training_caption,
    vocabulary,
)
from hyperstyle.training.text.text_model_training import clip_loss

TIMES = 400


def captions(**said: float) -> list[str]:
    """Many captions of a face of 33 years with these ranks, which is ordinary else."""
    row = np.full(len(DESCRIBED), 0.37, np.float32)
    for name, value in ({"age": 33, "masculine": 9} | said).items():
        row[DESCRIBED.index(name.replace("_", "-"))] = value
    chance = Random(0)
    return [training_caption(row, chance) for _ in range(TIMES)]


def share(texts: list[str], *words: str) -> float:
    return sum(any(word in split_words(text) for word in words) for text in texts) / len(texts)


@pytest.mark.parametrize(
    ("said", "words", "never"),
    [
        ({"glasses": 0.99}, ("glasses", "spectacles", "eyeglasses"), ("no glasses", "without glasses")),
        ({"smile": 0.95}, ("smiling", "happy", "smile"), ("serious", "sad")),
        ({"smile": 0.05}, ("serious", "sad", "unsmiling"), ("happy", "laughing")),
        ({"age": 60}, ("old", "elderly", "aged"), ("young", "child", "teenager")),
        ({"age": 8}, ("boy", "child", "kid"), ("old", "man", "woman")),
        ({"masculine": -8}, ("woman", "lady"), ("man", "guy", "beard")),
        ({"hair_light": 0.97}, ("blond", "blonde", "fair"), ("black", "dark")),
        ({"beard": 0.95}, ("beard", "bearded", "moustache"), ("shaven",)),
        ({"yaw": 0.95}, ("right",), ("left",)),
        ({"hair_length": 0.95}, ("long", "shoulders"), ("short hair", "short haired")),
        ({"hat": 0.99}, ("hat", "cap", "head"), ("no hat", "without a hat")),
        ({"hat": 0.99, "hair_light": 0.97}, ("hat", "cap", "head"), ("blond hair", "blonde hair", "golden hair")),
        ({"light_background": 0.03}, ("background",), ("bright background", "white background")),
        ({"grey_hair": 0.97, "age": 60}, ("grey", "gray", "white", "silver"), ("young",)),
    ],
)
def test_what_is_true_is_said_and_its_opposite_never(
    said: dict[str, float], words: tuple[str, ...], never: tuple[str, ...]
) -> None:
    texts = captions(**said)
    assert share(texts, *words) > 0.1
    assert not [text for text in texts if any(f" {phrase} " in f" {text} " for phrase in never)]


def test_a_beard_is_said_of_men_alone() -> None:
    assert share(captions(beard=0.99, masculine=-8), "beard", "bearded", "stubble", "moustache") == 0


def test_grey_hair_is_said_of_the_old_alone() -> None:
    assert share(captions(grey_hair=0.97, age=20), "silver", "grey", "gray") == 0


def test_a_full_caption_says_more_than_a_short_one() -> None:
    chance = Random(2)
    row = np.random.default_rng(0).random(len(DESCRIBED)).astype(np.float32)
    row[DESCRIBED.index("age")], row[DESCRIBED.index("masculine")] = 50, -9
    full = [len(split_words(caption(row, chance, FULL_FACTS))) for _ in range(TIMES)]
    short = [len(split_words(short_caption(row, chance))) for _ in range(TIMES)]
    assert np.mean(full) > 2 * np.mean(short)


def test_a_mirrored_face_looks_the_other_way() -> None:
    row = np.full(len(DESCRIBED), 0.5, np.float32)
    row[DESCRIBED.index("yaw")], row[DESCRIBED.index("light-side")] = 0.9, 0.2
    turned = mirror_labels(row)
    assert turned[DESCRIBED.index("yaw")] == pytest.approx(0.1)
    assert turned[DESCRIBED.index("light-side")] == pytest.approx(0.8)
    assert row[DESCRIBED.index("yaw")] == pytest.approx(0.9)


def test_every_caption_is_of_known_words_and_short_enough() -> None:
    words, chance = WordTokenizer(vocabulary()), Random(1)
    rows = np.random.default_rng(0).random((2000, len(DESCRIBED))).astype(np.float32)
    rows[:, DESCRIBED.index("age")] *= 80
    rows[:, DESCRIBED.index("masculine")] = rows[:, DESCRIBED.index("masculine")] * 18 - 9
    texts = [training_caption(row, chance) for row in rows]
    assert not [text for text in texts if words.unknown_words(text)]
    assert max(len(split_words(text)) for text in texts) <= CONTEXT - 2
    assert len(set(texts)) > 1500
    assert not [template for template in EMBEDDED_TEMPLATES if words.unknown_words(template.format("face"))]


def test_ranks_are_shares_but_for_years_and_presentation() -> None:
    values = np.random.default_rng(0).normal(size=(101, len(DESCRIBED))).astype(np.float32) * 10
    shares = ranks(values)
    column = DESCRIBED.index("smile")
    assert shares[values[:, column].argmax(), column] == 1
    assert np.median(shares[:, column]) == pytest.approx(0.5)
    assert np.array_equal(shares[:, DESCRIBED.index("age")], values[:, DESCRIBED.index("age")])


def test_what_a_picture_does_not_show_has_the_rank_of_nothing_special() -> None:
    values = np.random.default_rng(0).normal(size=(102, len(DESCRIBED))).astype(np.float32)
    column = DESCRIBED.index("red-clothes")
    values[7, column] = np.nan
    shares = ranks(values)[:, column]
    assert shares[7] == 0.5
    assert shares[np.nanargmax(values[:, column])] == 1
    assert shares[np.nanargmin(values[:, column])] == 0


def test_the_loss_is_least_where_partners_find_each_other() -> None:
    seen = torch.eye(8)
    scale = torch.tensor(20.0)
    assert float(clip_loss(seen, seen, scale)) < 0.01
    assert float(clip_loss(seen, seen.roll(1, 0), scale)) > 10
