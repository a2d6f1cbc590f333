"""Edits in words: what is added to styles, how channels are chosen, and what is said of words that mean nothing."""

import itertools
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional as F

from hyperstyle.domain_table import DOMAINS, EMBEDDED
from hyperstyle.editing.channel_relevance import Relevance, read_relevance, read_styleclip_table
from hyperstyle.editing.text_edits import (
    StyleSpaceDirection,
    StyleSpaceEdit,
    TextEditor,
    apply_style_space_edits,
    channel_moves,
)
from hyperstyle.editing.text_loading import (
    NETWORK_FILE,
    RELEVANCE_FILE,
    load_clip,
    load_embedded_text_model,
    why_no_text,
)
from hyperstyle.editing.text_model import TextModel, clip_network, fill_template
from hyperstyle.editing.word_tokenizer import CONTEXT, WordTokenizer, split_words
from hyperstyle.errors import StudioError
from hyperstyle.networks.mobile_stylegan import MobileGenerator
from hyperstyle.networks.stylegan2 import StyleGan2
from hyperstyle.paths import ASSETS
from tests.text_at_hand import need_library, random_model

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def styles() -> list[Tensor]:
    source = torch.Generator().manual_seed(2)
    return [torch.randn(2, width, generator=source) for width in (8, 8, 4)]


def direction(name: str, seed: int, *indices: int) -> StyleSpaceDirection:
    source = torch.Generator().manual_seed(seed)
    widths = (8, 8, 4)
    return StyleSpaceDirection(name, {index: torch.randn(widths[index], generator=source) for index in indices}, 8)


def test_strengths_that_come_to_zero_leave_the_very_styles(styles: list[Tensor]) -> None:
    one = direction("one", 1, 0, 2)
    for edits in ([], [StyleSpaceEdit(one, 0.0)], [StyleSpaceEdit(one, 2.5), StyleSpaceEdit(one, -2.5)]):
        assert all(moved is still for moved, still in zip(apply_style_space_edits(styles, edits), styles, strict=True))


def test_edits_add_up_in_any_order_to_the_last_digit(styles: list[Tensor]) -> None:
    edits = [StyleSpaceEdit(direction("a", 1, 0, 1), 1.3), StyleSpaceEdit(direction("b", 2, 1), -0.7)]
    edits.append(StyleSpaceEdit(edits[0].direction, 0.9))
    outcomes = [apply_style_space_edits(styles, order) for order in itertools.permutations(edits)]
    for result_panel in outcomes[1:]:
        assert all(torch.equal(one, other) for one, other in zip(result_panel, outcomes[0], strict=True))
    expected = styles[1] + 2.2 * edits[0].direction.moves[1] - 0.7 * edits[1].direction.moves[1]
    assert torch.allclose(outcomes[0][1], expected, atol=1e-5)
    assert outcomes[0][2] is styles[2]


def three_channels() -> Relevance:
    rows = F.normalize(torch.tensor([[1.0, 0.0], [0.6, 0.8], [0.05, 1.0], [-0.8, 0.6]]), dim=1)
    return Relevance("any", rows, torch.tensor([2.0, 3.0, 5.0, 7.0]), ((4, 1), (6, 3)))


def test_relevant_channels_move_by_their_relevance_in_their_own_standard_deviations() -> None:
    relevance = three_channels()
    moved = channel_moves(relevance, torch.tensor([1.0, 0.0]), threshold=0.1)
    assert torch.allclose(moved, torch.tensor([2.0, 0.6 * 3, 0.0, -0.8 * 7]))
    assert set(relevance.split(moved)) == {4, 6}
    only = channel_moves(relevance, torch.tensor([1.0, 0.0]), threshold=0.9)
    assert set(relevance.split(only)) == {4}  # style 6 is left alone


def test_a_threshold_that_no_channel_reaches_is_a_sentence() -> None:
    with pytest.raises(StudioError, match="lower threshold"):
        channel_moves(three_channels(), torch.tensor([0.2, 0.1]), threshold=0.9)


def test_texts_become_numbers_whose_end_is_the_largest() -> None:
    words = WordTokenizer(["a", "close-up", "face", "of"])
    rows = words(["A close-up of a FACE!", "", "face " * 500])
    assert rows.shape == (3, CONTEXT)
    assert rows[0, :7].tolist() == [1, 2, 3, 5, 2, 4, 6]
    assert rows.max(1).values.tolist() == [words.end] * 3
    assert words.unknown_words("a röte face 😀 asdf, asdf.") == ["röte", "😀", "asdf"]
    assert split_words("Who's there?") == ["who's", "there"]


def test_a_description_has_its_article_once() -> None:
    texts = ("a face", "An old face", "glasses", "the {0}")
    assert [fill_template("a photo of a {}.", text) for text in texts] == [
        f"a photo of a {text}." for text in ("face", "old face", "glasses", "{0}")
    ]
    assert [fill_template("a photo of {}", text) for text in texts] == [f"a photo of {text}" for text in texts]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "asdf",
        "face " * 500,
        "😀😀",
        "ein lächelndes Gesicht",
        "улыбка",
        "old; DROP TABLE faces",
        "{0}",
        "%s",
    ],
)
def test_nonsense_is_answered_with_a_sentence(text: str) -> None:
    model = random_model()
    with pytest.raises(StudioError, match=r"^[A-Z].+\.$"):
        model.embed_description(text)


def test_the_same_twice_changes_nothing() -> None:
    model = random_model()
    relevance = Relevance(model.name, F.normalize(torch.randn(6, 64), dim=1), torch.ones(6), ((0, 6),))
    same = TextEditor(model, relevance).direction("an old face", "an  OLD face")
    assert same.channels == 0
    assert not same.moves


@pytest.mark.parametrize("broken", ["open_clip", "torchvision"])
def test_a_package_that_is_not_there_is_a_reason_and_no_crash(broken: str) -> None:
    script = (
        f"import sys; sys.modules[{broken!r}] = None\n"
        "from hyperstyle.domain_table import DOMAINS\n"
        "from hyperstyle.editing.text_loading import why_no_text\n"
        "print(*(why_no_text(domain) for domain in DOMAINS.values()), sep='|')"
    )
    answer = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert all("pip install" in reason for reason in answer.stdout.split("|"))


def test_full_domains_say_which_weights_they_lack(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    need_library()
    for name in ("HYPERSTYLE_CACHE", "HYPERSTYLE_WEIGHTS", "HF_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    reason = why_no_text(DOMAINS["faces"])
    assert reason
    assert "weights get clip-vit-b-32" in reason


@pytest.fixture(scope="module")
def wordsmith(generator: MobileGenerator) -> TextEditor:
    need_library()
    if reason := why_no_text(EMBEDDED):
        pytest.skip(reason)
    model = load_embedded_text_model(ASSETS / NETWORK_FILE, torch.device("cpu"))
    return TextEditor(model, read_relevance(ASSETS / RELEVANCE_FILE, model.name, generator))


@pytest.fixture(scope="module")
def own(wordsmith: TextEditor) -> TextModel:
    return wordsmith.model


def test_the_shipped_model_tells_words_apart(own: TextModel) -> None:
    glasses, spectacles, beard = (
        own.embed_description(f"a face with {what}") for what in ("glasses", "spectacles", "a beard")
    )
    assert float(glasses @ spectacles) > 0.8
    assert torch.dist(glasses, beard) > 2 * torch.dist(glasses, spectacles)
    assert float(own.embed_description("a smiling face") @ own.embed_description("a happy face")) > float(
        own.embed_description("a smiling face") @ own.embed_description("a serious face")
    )


def test_there_and_back_are_opposite_moves(wordsmith: TextEditor) -> None:
    there, back = wordsmith.direction("a face", "an old face"), wordsmith.direction("an old face", "a face")
    assert there.channels == back.channels > 0
    assert all(torch.allclose(move, -back.moves[index], atol=1e-5) for index, move in there.moves.items())


@pytest.mark.slow
def test_the_full_model_reads_its_file_and_moves_a_full_size_generator(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    need_library()
    monkeypatch.setenv("HYPERSTYLE_WEIGHTS", str(tmp_path))
    torch.manual_seed(0)
    weights = {name: tensor.half().contiguous() for name, tensor in clip_network().state_dict().items()}
    save_file(weights, tmp_path / "clip-vit-b-32.safetensors")
    assert "styleclip-relevance" in (why_no_text(DOMAINS["faces"]) or "")
    np.save(tmp_path / "fs3.npy", np.random.default_rng(0).normal(size=(6048, 512)).astype(np.float32))
    assert why_no_text(DOMAINS["faces"]) is None
    model = load_clip(tmp_path / "clip-vit-b-32.safetensors", torch.device("cpu"))
    generator = StyleGan2(1024).eval().requires_grad_(False)
    relevance = read_styleclip_table(tmp_path / "fs3.npy", model.name, generator, generator.mapping)
    there = TextEditor(model, relevance).direction("a face", "a smiling face", threshold=0.05)
    assert set(there.moves) <= {0, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15}
    assert 0 < there.channels < 6048
    pictures = torch.rand(2, 3, 256, 256) * 2 - 1
    assert model.embed_pictures(pictures).shape == (2, 512)
    with pytest.raises(StudioError, match="holds no weights"):
        load_clip(ASSETS / "directions.safetensors", torch.device("cpu"))
