"""What directions do to faces: what every label says before and after, and how far the identity moves."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hyperstyle.editing.directions import SLIDER, Direction, Edit, edited
from hyperstyle.files import atomic_write, ensure_dir
from hyperstyle.metrics.attributes import Labeller
from hyperstyle.metrics.identity import FaceIdentity
from hyperstyle.networks.mobile_stylegan import MobileGenerator
from hyperstyle.photo.tensors import to_pixels
from hyperstyle.training.core.generated_pictures import Draw

DESCRIPTOR = 128


@dataclass(frozen=True)
class Seen:
    """What is seen in pictures of some faces."""

    labels: NDArray[np.float32]
    """[faces, labels]."""
    descriptors: NDArray[np.float64]
    """[faces, 128], whose face each is; NaN where no face is found."""

    @property
    def lost(self) -> int:
        """In how many pictures no face is found."""
        return int(np.isnan(self.descriptors[:, 0]).sum())

    def distance(self, before: "Seen") -> float:
        """Mean identity distance over the faces that are found in both."""
        return float(np.nanmean(np.linalg.norm(self.descriptors - before.descriptors, axis=1)))


@dataclass(frozen=True)
class Effect:
    """What is seen at both ends of a slider."""

    low: Seen
    high: Seen


@dataclass(frozen=True)
class Evaluator:
    """Makes pictures and looks at them; what was seen once is kept in `folder`."""

    draw: Draw
    labeller: Labeller
    identity: FaceIdentity
    folder: Path

    def effect(self, codes: Tensor, direction: Direction) -> Effect:
        """What there is to see of codes [N, 512] at both ends of a direction's slider."""
        n_styles = MobileGenerator.n_styles
        low, high = (edited(codes, [Edit(direction, amount)], n_styles) for amount in (-SLIDER, SLIDER))
        return Effect(self.see(f"{direction.name}-low", low), self.see(f"{direction.name}-high", high))

    def see(self, name: str, codes: Tensor) -> Seen:
        """What there is to see of codes [N, 512] or [N, n_styles, 512]; `name` is that of the file it is kept in."""
        path = self.folder / f"{name}.npz"
        if path.exists():
            with np.load(path) as kept:
                if np.array_equal(kept["codes"], codes.numpy()):
                    return Seen(kept["labels"], kept["descriptors"])
        pictures = [to_pixels(picture) for picture in drawn(self.draw, codes)]
        nobody = np.full(DESCRIPTOR, np.nan)
        found = [self.identity.describe(picture) for picture in pictures]
        seen = Seen(
            np.stack([self.labeller.labels(picture) for picture in pictures]),
            np.stack([nobody if one is None else one for one in found]),
        )
        ensure_dir(self.folder)
        with atomic_write(path) as part, part.open("wb") as file:
            np.savez(file, codes=codes.numpy(), labels=seen.labels, descriptors=seen.descriptors)
        return seen


def drawn(draw: Draw, codes: Tensor) -> list[Tensor]:
    """The pictures [3, 256, 256] of codes, one after the other."""
    with torch.inference_mode():
        return [draw(code[None]) for code in codes]
