"""Text edits: the global directions of StyleCLIP in style space.

For embeddings `e` of two descriptions, let d = normalize(e(after) - e(before)). Channel c has the relevance
r_c = direction_c . d. Channels with |r_c| >= threshold are moved by r_c / max|r| * unit * standard deviation_c.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional as F

from hyperstyle.editing.channel_relevance import Relevance
from hyperstyle.editing.text_model import TextModel
from hyperstyle.errors import StudioError
from hyperstyle.networks.generator import Styles

MIN_DIFFERENCE = 1e-3  # length of the difference of two embeddings below which both texts count as equal


@dataclass(frozen=True, eq=False)
class StyleSpaceDirection:
    """A direction in style space."""

    name: str
    moves: Mapping[int, Tensor]
    """Index of a style -> offset [channels] that a strength of 1 adds to it; other styles do not move."""
    channels: int
    """Number of channels that move."""


@dataclass(frozen=True, eq=False)
class StyleSpaceEdit:
    """A direction in style space with the strength to move styles along it."""

    direction: StyleSpaceDirection
    strength: float


@dataclass(frozen=True, eq=False)
class TextEditor:
    """Turns two descriptions into a direction in style space, by a text model and the channels' relevance to it."""

    model: TextModel
    relevance: Relevance

    def direction(self, before: str, after: str, threshold: float | None = None) -> StyleSpaceDirection:
        """Return the direction from one description to another; a `StudioError` where no channel is relevant to it."""
        threshold = self.model.threshold if threshold is None else threshold
        difference = self.model.embed_description(after) - self.model.embed_description(before)
        if difference.norm() < MIN_DIFFERENCE:
            return StyleSpaceDirection("", {}, 0)  # both texts mean the same
        found = channel_moves(self.relevance, F.normalize(difference, dim=0), threshold) * self.model.unit
        return StyleSpaceDirection(f"{before} -> {after}", self.relevance.split(found), int(found.count_nonzero()))


def channel_moves(relevance: Relevance, difference: Tensor, threshold: float) -> Tensor:
    """Return the offset [channels] along a text direction [D] of unit length, before the factor `unit`."""
    relevant = relevance.directions @ difference
    strongest = float(relevant.abs().max())
    if strongest < threshold:
        raise StudioError(
            f"Nothing in the picture answers to these words at a threshold of {threshold:g}: the most relevant "
            f"channel has {strongest:.2f}; take a lower threshold or other words."
        )
    relevant[relevant.abs() < threshold] = 0
    return relevant / strongest * relevance.deviations


def apply_style_space_edits(styles: Styles, edits: Sequence[StyleSpaceEdit]) -> Styles:
    """Return styles moved by all edits.

    If all strengths sum to zero, the styles are returned unchanged. The moves are added in the order of names, so that
    the order of edits does not change the result, not even by rounding.
    """
    directions = {edit.direction.name: edit.direction for edit in edits}
    moved = list(styles)
    for name in sorted(directions):
        strength = sum(sorted(edit.strength for edit in edits if edit.direction.name == name))
        for index, move in directions[name].moves.items() if strength else ():
            moved[index] = moved[index] + (strength * move).to(moved[index])
    return moved
