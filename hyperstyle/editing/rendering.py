"""Drawing an inversion with edits: its kernels are modified once, and reused for every picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor
from torch.nn import functional as F

from hyperstyle.editing.directions import Edit, apply_edits
from hyperstyle.editing.text_edits import StyleSpaceEdit, apply_style_space_edits
from hyperstyle.inversion.hyperstyle import Model
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.networks.generator import Kernels, Styles
from hyperstyle.networks.linear_preview import LinearPreview
from hyperstyle.photo.reading import Pixels
from hyperstyle.photo.tensors import to_pixels

PREVIEW_SIDE = 512
"""Pixels of the side of the largest previews."""


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
    def picture(self, edits: Sequence[Edit] = (), style_space_edits: Sequence[StyleSpaceEdit] = ()) -> Tensor:
        """Return the picture [1, 3, H, W], RGB in about [-1, 1], with edits of the code and of the styles."""
        return self._picture(self._styles(edits, style_space_edits))

    @torch.inference_mode()
    def preview(self, edits: Sequence[Edit] = (), style_space_edits: Sequence[StyleSpaceEdit] = ()) -> Tensor:
        """Return a quick preview of `picture` [1, 3, h, w], at most about PREVIEW_SIDE large."""
        styles = self._styles(edits, style_space_edits)
        features = self.model.generator.preview_features(styles, self.kernels)
        if features is None:
            picture = self._picture(styles)
            return F.avg_pool2d(picture, max(1, min(picture.shape[2:]) // PREVIEW_SIDE))
        return self.model.view.crop(self._linear_preview.picture(features))

    def draw_preview(self, edits: Sequence[Edit] = (), style_space_edits: Sequence[StyleSpaceEdit] = ()) -> Pixels:
        """Return a quick preview [h, w, 3] of `draw`, at most about PREVIEW_SIDE large."""
        return to_pixels(self.preview(edits, style_space_edits)[0])

    def draw(self, edits: Sequence[Edit] = (), style_space_edits: Sequence[StyleSpaceEdit] = ()) -> Pixels:
        """Return the picture [H, W, 3], RGB, uint8, with edits of the code and of the styles."""
        return to_pixels(self.picture(edits, style_space_edits)[0])

    def _styles(self, edits: Sequence[Edit] = (), style_space_edits: Sequence[StyleSpaceEdit] = ()) -> Styles:
        generator = self.model.generator
        styles = generator.styles(apply_edits(self.codes, list(edits), generator.n_styles))
        return apply_style_space_edits(styles, style_space_edits if generator.has_style_space else ())

    def _picture(self, styles: Styles) -> Tensor:
        return self.model.view.crop(self.model.generator.synthesize(styles, self.kernels))

    @cached_property
    def _linear_preview(self) -> LinearPreview:
        """The map from features to previews, fitted to the picture without edits."""
        generator, styles = self.model.generator, self._styles()
        features = generator.preview_features(styles, self.kernels)
        assert features is not None
        return LinearPreview.fit(features, generator.synthesize(styles, self.kernels))
