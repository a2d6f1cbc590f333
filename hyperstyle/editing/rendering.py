"""Drawing an inversion with edits: its kernels are modified once, and reused for every picture."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from hyperstyle.editing.directions import Edit, apply_edits
from hyperstyle.editing.text_edits import StyleEdit, apply_style_edits
from hyperstyle.inversion.hyperstyle import Model
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.networks.generator import Kernels
from hyperstyle.photo.reading import Pixels
from hyperstyle.photo.tensors import to_pixels


@dataclass(frozen=True, eq=False)
class Renderer:
    """An inversion that is ready to be drawn: its code and modified kernels are on the model's device."""

    model: Model
    codes: Tensor
    """Code [1, 512] in W, or [1, n_styles, 512] in W+."""
    kernels: Kernels
    """Kernels of the generator with the inversion's offsets applied."""

    @classmethod
    @torch.inference_mode()
    def of(cls, model: Model, inversion: Inversion) -> "Renderer":
        """Return the renderer of an inversion: move it to the model's device and apply its offsets to the kernels."""
        codes, offsets = inversion.on(model.generator)
        return cls(model, codes, model.generator.kernels(offsets))

    @torch.inference_mode()
    def picture(self, edits: Sequence[Edit] = (), style_edits: Sequence[StyleEdit] = ()) -> Tensor:
        """Return the picture [1, 3, H, W], RGB in about [-1, 1], with edits of the code and of the styles."""
        generator = self.model.generator
        styles = apply_style_edits(
            generator.styles(apply_edits(self.codes, list(edits), generator.n_styles)), style_edits
        )
        return self.model.view.crop(generator.synthesize(styles, self.kernels))

    def draw(self, edits: Sequence[Edit] = (), style_edits: Sequence[StyleEdit] = ()) -> Pixels:
        """Return the picture [H, W, 3], RGB, uint8, with edits of the code and of the styles."""
        return to_pixels(self.picture(edits, style_edits)[0])
