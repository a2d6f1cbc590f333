"""Pictures of an inversion: as it was found, with more or less of its offsets, and edited."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import torch

from hyperstyle.editing.directions import Direction, Edit, edited
from hyperstyle.editing.text import StyleEdit, restyled
from hyperstyle.inversion.hyperstyle import Model
from hyperstyle.inversion.record import Inversion
from hyperstyle.photo.reading import Pixels
from hyperstyle.photo.tensors import to_pixels

STRONGEST = 1.2
"""How far offsets may be scaled: beyond, pictures fall apart."""


def compact(inversion: Inversion) -> Inversion:
    """The same on the CPU with offsets in 16 bits, as a saved one has them: for keeping many of them."""
    offsets = {layer: offset.detach().half().cpu() for layer, offset in inversion.offsets.items()}
    return replace(inversion, codes=inversion.codes.detach().cpu(), offsets=offsets)


def scaled(inversion: Inversion, strength: float = 1.0) -> Inversion:
    """The same with its offsets, in 32 bits, `strength` times as large: 0 leaves the code alone."""
    return replace(inversion, offsets={layer: offset.float() * strength for layer, offset in inversion.offsets.items()})


@torch.inference_mode()
def draw(model: Model, inversion: Inversion, edits: Sequence[Edit] = (), restyling: Sequence[StyleEdit] = ()) -> Pixels:
    """The picture [H, W, 3] of an inversion, moved by edits of its code and of its styles."""
    generator = model.generator
    codes, offsets = inversion.on(generator)
    styles = restyled(generator.styles(edited(codes, list(edits), generator.n_styles)), restyling)
    return to_pixels(model.view.crop(generator.synthesize(styles, generator.kernels(offsets)))[0])


def along(
    model: Model, inversion: Inversion, edits: Sequence[Edit], direction: Direction, amounts: Sequence[float]
) -> Iterator[Pixels]:
    """The pictures along a direction, one for each amount of it, on top of the other edits."""
    others = [edit for edit in edits if edit.direction.name != direction.name]
    for amount in amounts:
        yield draw(model, inversion, [*others, Edit(direction, amount)])
