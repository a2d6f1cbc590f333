"""Directions in the W of the animal generator, from the codes of its photos: kinds, pose, light and colour of the coat.

Photos and their mirror images have codes of their own, and the index says which animal a photo shows. So no network has
to label pictures, and differences of means do: between the photos of one kind and all others, between photos and their
mirror images, and between the lightest and the darkest pictures.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from hyperstyle.editing.directions import Direction
from hyperstyle.networks.compact_generator import CompactGenerator

WHOLE = (0, CompactGenerator.n_styles)
COARSE, FINE = (0, 6), (6, CompactGenerator.n_styles)  # shapes up to 32 pixels; colours
TAIL = 0.15  # share of the photos at either end of a measure
CHEEKS = (slice(128, 176), slice(64, 192))  # rows and columns of an aligned picture that show nothing but the coat


@dataclass(frozen=True)
class Kind:
    """A direction towards one kind of animal."""

    name: str
    title: str
    species: tuple[str, ...]
    """Values of the index's column `species`."""
    reach: float = 1.6
    """Multiple of the difference of means at the slider's end."""


KINDS = (
    Kind("tiger", "Tiger", ("tiger",)),
    Kind("lion", "Lion", ("lion",)),
    Kind("cheetah", "Cheetah", ("cheetah",)),
    Kind("leopard", "Leopard", ("leopard", "jaguar"), 2.2),
)


def fit_directions(codes: Tensor, species: list[str], pictures: Tensor) -> list[Direction]:
    """Return all directions.

    `codes` [2N, 512] are those of N photos, each followed by that of its mirror image; `species` are those of the
    photos, and `pictures` [N, 3, 256, 256] they themselves, RGB in [-1, 1].
    """
    photos, mirrored = codes[0::2], codes[1::2]
    middles = (photos + mirrored) / 2
    kinds = [towards(kind, middles, species) for kind in KINDS]
    light, coat = lightness(pictures), warmth(pictures)
    return [
        *kinds,
        Direction("turn", "Turn", "to the left", "to the right", turn(photos - mirrored), COARSE, 3.5),
        Direction("coat", "Coat", "white", "golden", difference(middles, coat), FINE, 0.9),
        Direction("light", "Light", "darker", "lighter", difference(middles, light), FINE, 0.9),
    ]


def towards(kind: Kind, codes: Tensor, species: list[str]) -> Direction:
    """Return the direction from the mean of all other kinds to the mean of `kind`; `codes` are [N, 512]."""
    own = torch.tensor([one in kind.species for one in species])
    vector = codes[own].mean(0) - codes[~own].mean(0)
    return Direction(kind.name, kind.title, f"less a {kind.name}", f"a {kind.name}", vector, WHOLE, kind.reach)


def turn(differences: Tensor) -> Tensor:
    """Return the first principal component [512], one standard deviation long, of differences to mirror images."""
    _, values, components = torch.linalg.svd(differences, full_matrices=False)
    return components[0] * values[0] / len(differences) ** 0.5 / 2


def difference(codes: Tensor, values: Tensor) -> Tensor:
    """Return the difference [512] between the means of the codes [N, 512] with the highest and the lowest `values`."""
    order = values.argsort()
    count = int(len(order) * TAIL)
    return codes[order[-count:]].mean(0) - codes[order[:count]].mean(0)


def lightness(pictures: Tensor) -> Tensor:
    """Return the mean [N] of pictures [N, 3, H, W]."""
    return pictures.mean((1, 2, 3))


def warmth(pictures: Tensor) -> Tensor:
    """Return red less blue [N] of the cheeks in aligned pictures [N, 3, 256, 256]."""
    cheeks = pictures[:, :, *CHEEKS].mean((2, 3))
    return cheeks[:, 0] - cheeks[:, 2]
