"""Edits in words: the global directions of StyleCLIP, which move the style space.

Two texts differ by a direction in the space of texts and pictures. Every channel of the style space that moves pictures
along it is moved: by its relevance, if that is above the threshold, in units of the channel's own standard deviation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional as F

from hyperstyle.editing.channel_relevance import Relevance
from hyperstyle.editing.text_model import TextModel
from hyperstyle.errors import StudioError
from hyperstyle.networks.generator import Styles

SAME = 1e-3  # length of the difference of two descriptions that says nothing


@dataclass(frozen=True, eq=False)
class StyleDirection:
    """A direction of the style space."""

    name: str
    moves: Mapping[int, Tensor]
    """Index of a style -> the move [channels] that a strength of 1 stands for; other styles stay as they are."""
    channels: int
    """How many channels it moves."""


@dataclass(frozen=True, eq=False)
class StyleEdit:
    """An amount of a direction of the style space."""

    direction: StyleDirection
    strength: float


@dataclass(frozen=True, eq=False)
class TextEditor:
    """What turns two texts into a direction: a text model, and what its space means to a generator's channels."""

    model: TextModel
    relevance: Relevance

    def direction(self, before: str, after: str, threshold: float | None = None) -> StyleDirection:
        """The direction from one description to another; a `StudioError` where no channel is relevant to it."""
        threshold = self.model.threshold if threshold is None else threshold
        difference = self.model.describe(after) - self.model.describe(before)
        if difference.norm() < SAME:
            return StyleDirection("", {}, 0)  # the same said twice: nothing changes
        found = channels(self.relevance, F.normalize(difference, dim=0), threshold) * self.model.unit
        return StyleDirection(f"{before} -> {after}", self.relevance.split(found), int(found.count_nonzero()))


def channels(relevance: Relevance, difference: Tensor, threshold: float) -> Tensor:
    """The move [channels] along a difference of texts [D] of unit length."""
    relevant = relevance.directions @ difference
    strongest = float(relevant.abs().max())
    if strongest < threshold:
        raise StudioError(
            f"Nothing in the picture answers to these words at a threshold of {threshold:g}: the most relevant "
            f"channel has {strongest:.2f}; take a lower threshold or other words."
        )
    relevant[relevant.abs() < threshold] = 0
    return relevant / strongest * relevance.spreads


def restyled(styles: Styles, edits: Sequence[StyleEdit]) -> Styles:
    """Styles moved by all edits.

    Where all strengths come to zero, they are the very styles that came. The moves are added in the order of names, so
    that the order of edits makes no difference, not even in the last digit.
    """
    directions = {edit.direction.name: edit.direction for edit in edits}
    moved = list(styles)
    for name in sorted(directions):
        strength = sum(sorted(edit.strength for edit in edits if edit.direction.name == name))
        for index, move in directions[name].moves.items() if strength else ():
            moved[index] = moved[index] + (strength * move).to(moved[index])
    return moved
