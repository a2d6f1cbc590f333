"""Text models for tests: small ones with random weights, and skips where the package for them cannot be used."""

import pytest
import torch

from hyperstyle.editing.text_model import (
    TextModel,
    embedded_config,
    embedded_text_model,
    open_clip_network,
    open_clip_package,
)
from hyperstyle.editing.word_tokenizer import WordTokenizer
from hyperstyle.errors import StudioError


def need_library() -> None:
    """Skip where open_clip cannot be used."""
    try:
        open_clip_package()
    except StudioError as error:
        pytest.skip(str(error))


def random_model(vocabulary: tuple[str, ...] = ("a", "an", "face", "old", "smiling")) -> TextModel:
    """One of our own kind that has learned nothing."""
    need_library()
    torch.manual_seed(0)
    words = WordTokenizer(vocabulary)
    return embedded_text_model(open_clip_network(embedded_config(words)).eval().requires_grad_(False), words)
