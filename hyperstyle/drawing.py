"""Pictures of an inversion: as it was found, with more or less of its offsets, and edited."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from hyperstyle.editing.directions import Direction, Edit, edited
from hyperstyle.editing.text import StyleEdit, restyled
from hyperstyle.inversion.hyperstyle import Model
from hyperstyle.inversion.record import Inversion
from hyperstyle.networks.generator import Kernels
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
    if strength == 1:
        return inversion
    return replace(inversion, offsets={layer: offset.float() * strength for layer, offset in inversion.offsets.items()})


@dataclass(frozen=True, eq=False)
class Canvas:
    """An inversion that is ready to be drawn many times: its code and its kernels lie on the model's device."""

    model: Model
    codes: Tensor
    """[1, 512] or [1, n_styles, 512]."""
    kernels: Kernels
    """With the offsets applied."""

    @classmethod
    @torch.inference_mode()
    def of(cls, model: Model, inversion: Inversion) -> "Canvas":
        """Bring an inversion to the device of a model and apply its offsets."""
        codes, offsets = inversion.on(model.generator)
        return cls(model, codes, model.generator.kernels(offsets))

    @torch.inference_mode()
    def picture(self, edits: Sequence[Edit] = (), restyling: Sequence[StyleEdit] = ()) -> Tensor:
        """The picture [1, 3, H, W], moved by edits of its code and of its styles, on the device."""
        generator = self.model.generator
        styles = restyled(generator.styles(edited(self.codes, list(edits), generator.n_styles)), restyling)
        return self.model.view.crop(generator.synthesize(styles, self.kernels))

    def draw(self, edits: Sequence[Edit] = (), restyling: Sequence[StyleEdit] = ()) -> Pixels:
        """The same as 8 bits [H, W, 3]."""
        return to_pixels(self.picture(edits, restyling)[0])


def draw(model: Model, inversion: Inversion, edits: Sequence[Edit] = (), restyling: Sequence[StyleEdit] = ()) -> Pixels:
    """The picture [H, W, 3] of an inversion that is drawn once."""
    return Canvas.of(model, inversion).draw(edits, restyling)


def along(canvas: Canvas, edits: Sequence[Edit], direction: Direction, amounts: Sequence[float]) -> Iterator[Pixels]:
    """The pictures along a direction, one for each amount of it, on top of the other edits."""
    others = [edit for edit in edits if edit.direction.name != direction.name]
    for amount in amounts:
        yield canvas.draw([*others, Edit(direction, amount)])
