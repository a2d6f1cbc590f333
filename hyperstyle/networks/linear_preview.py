"""A linear map from feature maps of the embedded generator to a small preview of its picture, fitted to one inversion.

The last two blocks take three quarters of a picture's time. What they do to one face is nearly linear in the features
before them, also while that face is edited: of 255, previews differ from the picture by 4 to 5; the preview head, which
knows no offsets of these blocks, by 8 to 12. Refinements look through linear previews: with the head's gradients, the
pictures stop getting better after five of them.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from hyperstyle.networks.mobile_stylegan import haar, inverse_haar

RIDGE = 1e-3
"""Share of the mean variance of what is mapped that is added to all variances, so that the fit is always unique."""
NEIGHBOURING = 32
"""Principal components of the features that are mapped from the neighbours of a position, too."""
EVERY = 3
"""The fit takes every third position: half as much time, and previews that differ by 0.1 of 255 more."""


@dataclass(frozen=True, eq=False)
class LinearPreview:
    """Maps features to the sub-bands of four pixels, by a 3x3 convolution."""

    weight: Tensor
    """[12, C, 3, 3]."""
    bias: Tensor
    """[12]."""

    @classmethod
    def fit(cls, features: Tensor, picture: Tensor) -> "LinearPreview":
        """Return the least squares map from features [1, C, S, S] to a picture [1, 3, H, H], RGB, at 2S pixels."""
        maps = features.float()
        positions = _rows(maps)  # [S * S, C]
        components = principal_components(positions[::EVERY], NEIGHBOURING)  # [C, 32]
        around = F.unfold((maps.permute(0, 2, 3, 1) @ components).permute(0, 3, 1, 2), 3, padding=1)[0].T
        x = torch.cat([positions[::EVERY], around[::EVERY]], 1)  # [S * S / 3, C + 32 * 9]
        y = _rows(haar(F.adaptive_avg_pool2d(picture, 2 * features.shape[-1])))[::EVERY]  # [S * S / 3, 12]
        x_mean, y_mean = x.mean(0), y.mean(0)
        x, y = x - x_mean, y - y_mean
        products = x.T @ x
        products.diagonal().add_(RIDGE * products.diagonal().mean())
        solution = torch.linalg.solve(products, x.T @ y)
        here, near = solution[: len(components)], solution[len(components) :]
        weight = torch.einsum("ck,kpo->ocp", components, near.unflatten(0, (NEIGHBOURING, 9))).unflatten(2, (3, 3))
        weight[:, :, 1, 1] += here.T
        return cls(weight.to(features.dtype), (y_mean - x_mean @ solution).to(features.dtype))

    def picture(self, features: Tensor) -> Tensor:
        """Return the preview [1, 3, 2S, 2S] of features [1, C, S, S], RGB, about [-1, 1]."""
        return inverse_haar(F.conv2d(features, self.weight, self.bias, padding=1)).float()


class NearbyPreview:
    """Previews near pictures that the generator drew: their linear previews, plus what these leave unexplained.

    The maps are fitted to the first features that are seen, which must be those of the pictures. So the first
    preview is the picture itself, and gradients through it are those of the map.
    """

    def __init__(self, pictures: Tensor) -> None:
        """`pictures` are [N, 3, 2S, 2S], RGB, about [-1, 1]."""
        self._pictures = pictures
        self._fitted: dict[int, tuple[LinearPreview, Tensor]] = {}

    def pictures(self, features: Tensor, first: int = 0) -> Tensor:
        """Return previews [N, 3, 2S, 2S] of features [N, C, S, S] near those of the pictures from `first` on."""
        return torch.cat([self._picture(first + i, one) for i, one in enumerate(features.split(1))])

    def _picture(self, index: int, features: Tensor) -> Tensor:
        if index not in self._fitted:
            own, picture = features.detach(), self._pictures[index : index + 1]
            linear = LinearPreview.fit(own, picture)
            self._fitted[index] = linear, picture - linear.picture(own)
        linear, unexplained = self._fitted[index]
        return linear.picture(features) + unexplained


def principal_components(rows: Tensor, count: int) -> Tensor:
    """Return the directions [C, count] along which rows [N, C] vary most."""
    moved = rows - rows.mean(0)
    return torch.linalg.eigh(moved.T @ moved).eigenvectors[:, -count:]


def _rows(maps: Tensor) -> Tensor:
    """Return maps [1, C, H, W] as one row for each position, [H * W, C]."""
    return maps[0].flatten(1).T
