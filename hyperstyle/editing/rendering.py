"""Pictures of an inversion: its code and its kernels are brought to the device once, and drawn many times."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from hyperstyle.editing.directions import Edit, edited
from hyperstyle.editing.text_edits import StyleEdit, restyled
from hyperstyle.inversion.hyperstyle import Model
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.networks.generator import Kernels
from hyperstyle.photo.reading import Pixels
from hyperstyle.photo.tensors import to_pixels


@dataclass(frozen=True, eq=False)
class Renderer:
    """An inversion that is ready to be drawn: its code and its kernels lie on the model's device."""

    model: Model
    codes: Tensor
    """[1, 512] or [1, n_styles, 512]."""
    kernels: Kernels
    """With the offsets applied."""

    @classmethod
    @torch.inference_mode()
    def of(cls, model: Model, inversion: Inversion) -> "Renderer":
        """Bring an inversion to the device of a model and apply its offsets to the kernels."""
        codes, offsets = inversion.on(model.generator)
        return cls(model, codes, model.generator.kernels(offsets))

    @torch.inference_mode()
    def picture(self, edits: Sequence[Edit] = (), style_edits: Sequence[StyleEdit] = ()) -> Tensor:
        """The picture [1, 3, H, W], RGB, not clamped, with edits of the code and of the style space."""
        generator = self.model.generator
        styles = restyled(generator.styles(edited(self.codes, list(edits), generator.n_styles)), style_edits)
        return self.model.view.crop(generator.synthesize(styles, self.kernels))

    def draw(self, edits: Sequence[Edit] = (), style_edits: Sequence[StyleEdit] = ()) -> Pixels:
        """The same picture as 8 bits [H, W, 3]."""
        return to_pixels(self.picture(edits, style_edits)[0])
