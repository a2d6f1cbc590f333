"""Directions of the latent space: what a slider moves a code along.

Every slider runs from -5 to 5, whatever its direction: at 5 the code has moved by the direction's reach.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from hyperstyle.errors import StudioError

CODE = 512  # channels of a code in W
SLIDER = 5.0
"""Amounts of all directions run from -SLIDER to SLIDER; beyond, pictures may be none any more."""


@dataclass(frozen=True, eq=False)
class Direction:
    """A direction along which codes are moved."""

    name: str
    title: str
    less: str
    """What a negative amount gives, in a word or two."""
    more: str
    """What a positive amount gives."""
    vector: Tensor | Callable[[], Tensor]
    """[512], the same for all styles, or [n_styles, 512]; or what finds that, where it takes a while: a slider can be
    shown before."""
    styles: tuple[int, int]
    """The first style that is moved, and the first that no longer is."""
    reach: float = SLIDER
    """How many times `vector` a code has moved at the end of the slider."""

    def found(self) -> Tensor:
        """The vector itself."""
        return self.vector if isinstance(self.vector, Tensor) else self.vector()

    def move(self, n_styles: int) -> Tensor:
        """The move [n_styles, 512] that an amount of 1 stands for."""
        vector = self.found()
        if vector.ndim == 2 and len(vector) != n_styles:
            raise StudioError(
                f"The direction {self.name} is for a generator of {len(vector)} styles, and this one has "
                f"{n_styles}: take a direction that was found for this generator."
            )
        move = vector.expand(n_styles, CODE) * (self.reach / SLIDER)
        first, end = self.styles
        move[:first] = 0
        move[end:] = 0
        return move


@dataclass(frozen=True, eq=False)
class Edit:
    """An amount of a direction."""

    direction: Direction
    amount: float


def edited(codes: Tensor, edits: list[Edit], n_styles: int) -> Tensor:
    """Codes [N, n_styles, 512] of codes [N, 512] or [N, n_styles, 512], moved by all edits.

    Where all amounts come to zero, they are the very codes that came, so that the picture is the inversion's own. The
    moves are added in the order of names, so that the order of edits makes no difference, not even in the last digit.
    """
    directions = {edit.direction.name: edit.direction for edit in edits}
    amounts = {name: sum(sorted(edit.amount for edit in edits if edit.direction.name == name)) for name in directions}
    moves = [amounts[name] * directions[name].move(n_styles) for name in sorted(directions) if amounts[name]]
    if not moves:
        return codes
    return (codes if codes.ndim == 3 else codes[:, None]) + torch.stack(moves).sum(0).to(codes)
