"""The tokenizer of the embedded text model: one token per word, for the words of its training captions."""

import re
from collections.abc import Sequence

import torch
from torch import Tensor

CONTEXT = 32
"""Number of tokens of every text, with start, end and padding."""
PAD, START = 0, 1
WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*|[^\w\s.,;:!?]+")
"""A word, or a run of other characters that are no punctuation, which count as an unknown word."""


def split_words(text: str) -> list[str]:
    """Return the words of a text in lower case, without punctuation."""
    return WORD.findall(text.lower())


class WordTokenizer:
    """Turns texts into tokens: 0 pads, 1 starts a text, and the largest ends it, as open_clip expects."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self.vocabulary = tuple(vocabulary)
        self._tokens = {word: START + 1 + place for place, word in enumerate(self.vocabulary)}
        self.end = START + 1 + len(self.vocabulary)

    @property
    def size(self) -> int:
        """Number of different tokens."""
        return self.end + 1

    def unknown_words(self, text: str) -> list[str]:
        """Return the words of a text that are not in the vocabulary, each once."""
        return list(dict.fromkeys(word for word in split_words(text) if word not in self._tokens))

    def __call__(self, texts: Sequence[str]) -> Tensor:
        """Return tokens [N, CONTEXT] of N texts; unknown words are left out, and long texts are cut off."""
        rows = torch.full((len(texts), CONTEXT), PAD, dtype=torch.long)
        for row, text in zip(rows, texts, strict=True):
            known = [self._tokens[word] for word in split_words(text) if word in self._tokens]
            numbers = [START, *known[: CONTEXT - 2], self.end]
            row[: len(numbers)] = torch.tensor(numbers)
        return rows
