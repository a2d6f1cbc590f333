"""The tokenizer of our own text model: whole words, those of its captions and no others."""

import re
from collections.abc import Sequence

import torch
from torch import Tensor

CONTEXT = 32
"""Length of every tokenized text, with its start and its end."""
PAD, START = 0, 1
WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*|[^\w\s.,;:!?]+")
"""A word, or a run of signs that are no punctuation and so mean something nobody here knows."""


def words_of(text: str) -> list[str]:
    """The words of a text, without case and punctuation."""
    return WORD.findall(text.lower())


class WordTokenizer:
    """Turns texts into numbers; the end of a text has the largest, which is where the network looks for its meaning."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self.vocabulary = tuple(vocabulary)
        self._numbers = {word: START + 1 + place for place, word in enumerate(self.vocabulary)}
        self.end = START + 1 + len(self.vocabulary)

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return self.end + 1

    def unknown(self, text: str) -> list[str]:
        """The words of a text that are not in the vocabulary, each once."""
        return list(dict.fromkeys(word for word in words_of(text) if word not in self._numbers))

    def __call__(self, texts: Sequence[str]) -> Tensor:
        """Numbers [N, CONTEXT] of texts, whose unknown words and whose ends, where too long, are left out."""
        rows = torch.full((len(texts), CONTEXT), PAD, dtype=torch.long)
        for row, text in zip(rows, texts, strict=True):
            known = [self._numbers[word] for word in words_of(text) if word in self._numbers]
            numbers = [START, *known[: CONTEXT - 2], self.end]
            row[: len(numbers)] = torch.tensor(numbers)
        return rows
