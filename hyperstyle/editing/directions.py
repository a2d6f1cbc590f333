"""Latent directions, along which sliders move a code.

All sliders run from -5 to 5. An amount moves the code by `amount / 5 * reach * vector`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from hyperstyle.errors import StudioError

CODE = 512  # channels of a code in W
MAX_AMOUNT = 5.0
"""Amounts run from -MAX_AMOUNT to MAX_AMOUNT; beyond, pictures may fall apart."""


@dataclass(frozen=True, eq=False)
class Direction:
    """A direction in W or W+, along which codes are moved."""

    name: str
    title: str
    less: str
    """Effect of a negative amount, in a word or two: "younger"."""
    more: str
    """Effect of a positive amount, in a word or two: "older"."""
    vector: Tensor | Callable[[], Tensor]
    """Vector [512] for all styles, or [n_styles, 512]; or a function that returns it, where it is slow to compute, so
    that the slider can be shown before."""
    styles: tuple[int, int]
    """Range of styles that are moved: the first, and the one after the last."""
    reach: float = MAX_AMOUNT
    """Multiple of `vector` by which an amount of MAX_AMOUNT moves a code."""

    def load_vector(self) -> Tensor:
        """Return the vector [512] or [n_styles, 512], computing it if need be."""
        return self.vector if isinstance(self.vector, Tensor) else self.vector()

    def move(self, n_styles: int) -> Tensor:
        """Return the offset [n_styles, 512] that an amount of 1 adds to a W+ code."""
        vector = self.load_vector()
        if vector.ndim == 2 and len(vector) != n_styles:
            raise StudioError(
                f"The direction {self.name} is for a generator of {len(vector)} styles, and this one has "
                f"{n_styles}: take a direction that was found for this generator."
            )
        move = vector.expand(n_styles, CODE) * (self.reach / MAX_AMOUNT)
        first, end = self.styles
        move[:first] = 0
        move[end:] = 0
        return move


@dataclass(frozen=True, eq=False)
class Edit:
    """A direction with the amount to move a code along it, -MAX_AMOUNT to MAX_AMOUNT."""

    direction: Direction
    amount: float


def apply_edits(codes: Tensor, edits: list[Edit], n_styles: int) -> Tensor:
    """Return codes [N, 512] or [N, n_styles, 512] moved by all edits, as [N, n_styles, 512].

    If all amounts sum to zero, the codes are returned unchanged, so that the picture is exactly the inversion's. The
    moves are added in the order of names, so that the order of edits does not change the result, not even by rounding.
    """
    directions = {edit.direction.name: edit.direction for edit in edits}
    amounts = {name: sum(sorted(edit.amount for edit in edits if edit.direction.name == name)) for name in directions}
    moves = [amounts[name] * directions[name].move(n_styles) for name in sorted(directions) if amounts[name]]
    if not moves:
        return codes
    return (codes if codes.ndim == 3 else codes[:, None]) + torch.stack(moves).sum(0).to(codes)
