"""Corrections of directions, after which they leave the lightness of skin as it is.

A boundary sets a direction apart from another label to first order, for all styles at once and on average. Lightness
is taken out by what the generator does instead: by its change at both ends of the slider, face by face.
"""

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from hyperstyle.editing.directions import MAX_AMOUNT, Direction, Edit, apply_edits
from hyperstyle.metrics.attributes import Labeller
from hyperstyle.metrics.skin import middle_of_face, skin_labels
from hyperstyle.networks.mobile_stylegan import MobileGenerator
from hyperstyle.networks.preview_head import PreviewHead, preview
from hyperstyle.photo.tensors import to_pixels

LUMA = (0.299, 0.587, 0.114)  # of red, green and blue, as in JPEG's YCbCr
RIDGE = 100.0  # squared change of lightness, of 255, that a correction of length 1 has to outweigh


class SkinProbe:
    """Measures the lightness of skin in previews of the embedded generator, and how it depends on the code."""

    def __init__(self, generator: MobileGenerator, head: PreviewHead, labeller: Labeller) -> None:
        self._generator, self._head, self._labeller = generator, head, labeller
        self._kernels = generator.kernels()

    def __call__(self, codes: Tensor) -> tuple[float, Tensor]:
        """Return the lightness, 0 to 255, in the picture of codes [1, n_styles, 512], and its gradient over them.

        Lightness is that of `skin_labels`, a median; the gradient is that of the mean over the same pixels.
        """
        codes = codes.clone().requires_grad_()
        picture = preview(self._generator, self._head, codes, self._kernels)[0]
        pixels = to_pixels(picture.detach())
        landmarks = self._labeller.landmarks(pixels)
        middle = torch.from_numpy(middle_of_face(landmarks, *pixels.shape[:2]))
        mean = 127.5 * (torch.tensor(LUMA) @ picture[:, middle]).mean()
        (gradient,) = torch.autograd.grad(mean, codes)
        return skin_labels(pixels, landmarks)["skin-lightness"], gradient


def steadied(direction: Direction, kept: Sequence[Direction], faces: Tensor, probe: SkinProbe) -> Direction:
    """Return a direction that does what `direction` does, but leaves the lightness of the skin of `faces` [N, 512].

    The correction is orthogonal to the vectors of `kept`. What the direction has of its own vector stays: where the
    correction makes it longer, its reach grows.
    """
    changes, gradients = zip(*(_at_ends(direction, face[None], probe) for face in faces), strict=True)
    vectors = torch.stack([other.load_vector() for other in kept])
    vector = direction.load_vector() + correction(torch.cat(changes), torch.cat(gradients), vectors)
    length = float(vector.norm())
    return replace(direction, vector=vector / length, reach=direction.reach * length)


def _at_ends(direction: Direction, face: Tensor, probe: SkinProbe) -> tuple[Tensor, Tensor]:
    """Return the changes of lightness [2] at the slider's ends, and their gradients [2, 512] over the vector."""
    n_styles, (first, end) = MobileGenerator.n_styles, direction.styles
    before, _ = probe(face[:, None].expand(-1, n_styles, -1))
    changes, gradients = [], []
    for amount in (-MAX_AMOUNT, MAX_AMOUNT):
        after, gradient = probe(apply_edits(face, [Edit(direction, amount)], n_styles))
        changes.append(after - before)
        gradients.append(gradient[0, first:end].sum(0) * direction.reach * amount / MAX_AMOUNT)
    return torch.tensor(changes), torch.stack(gradients)


def correction(changes: Tensor, gradients: Tensor, kept: Tensor) -> Tensor:
    """Return the vector x [512], orthogonal to the rows of `kept` [K, 512], that takes `changes` [N] away.

    It minimizes mean((changes + gradients @ x)^2) + RIDGE |x|^2, with `gradients` [N, 512]: a Gauss-Newton step.
    """
    basis, _ = torch.linalg.qr(kept.mT)
    free = gradients - gradients @ basis @ basis.mT
    inner = free @ free.mT + RIDGE * len(changes) * torch.eye(len(changes))
    return -free.mT @ torch.linalg.solve(inner, changes)
