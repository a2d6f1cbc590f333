"""Effects of directions on test faces: labels and identity before and after."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hyperstyle.editing.directions import MAX_AMOUNT, Direction, Edit, apply_edits
from hyperstyle.files import atomic_write, ensure_dir
from hyperstyle.metrics.attributes import Labeller
from hyperstyle.metrics.identity import FaceIdentity
from hyperstyle.networks.mobile_stylegan import MobileGenerator
from hyperstyle.photo.tensors import to_pixels
from hyperstyle.training.core.generated_pictures import Renderer

DESCRIPTOR = 128


@dataclass(frozen=True)
class FaceMeasurements:
    """Labels and identities in the pictures of some faces."""

    labels: NDArray[np.float32]
    """[faces, labels]."""
    descriptors: NDArray[np.float64]
    """dlib's face descriptors, [faces, 128]; NaN where no face is found."""

    @property
    def lost(self) -> int:
        """Number of pictures in which no face is found."""
        return int(np.isnan(self.descriptors[:, 0]).sum())

    def distance(self, before: "FaceMeasurements") -> float:
        """Return the mean identity distance over the faces that are found in both."""
        return float(np.nanmean(np.linalg.norm(self.descriptors - before.descriptors, axis=1)))


@dataclass(frozen=True)
class Effect:
    """Measurements at both ends of a slider."""

    low: FaceMeasurements
    high: FaceMeasurements


@dataclass(frozen=True)
class Evaluator:
    """Renders codes and measures the pictures; measurements are cached in `folder`."""

    draw: Renderer
    labeller: Labeller
    identity: FaceIdentity
    folder: Path

    def effect(self, codes: Tensor, direction: Direction) -> Effect:
        """Measure codes [N, 512] at both ends of a direction's slider."""
        n_styles = MobileGenerator.n_styles
        low, high = (apply_edits(codes, [Edit(direction, amount)], n_styles) for amount in (-MAX_AMOUNT, MAX_AMOUNT))
        return Effect(self.measure(f"{direction.name}-low", low), self.measure(f"{direction.name}-high", high))

    def measure(self, name: str, codes: Tensor) -> FaceMeasurements:
        """Measure codes, [N, 512] or [N, n_styles, 512]; `name` is that of the cache file."""
        path = self.folder / f"{name}.npz"
        if path.exists():
            with np.load(path) as kept:
                if np.array_equal(kept["codes"], codes.numpy()):
                    return FaceMeasurements(kept["labels"], kept["descriptors"])
        pictures = [to_pixels(picture) for picture in render_all(self.draw, codes)]
        no_face = np.full(DESCRIPTOR, np.nan)
        descriptors = [self.identity.describe(picture) for picture in pictures]
        measured = FaceMeasurements(
            np.stack([self.labeller.labels(picture) for picture in pictures]),
            np.stack([no_face if descriptor is None else descriptor for descriptor in descriptors]),
        )
        ensure_dir(self.folder)
        with atomic_write(path) as part, part.open("wb") as file:
            np.savez(file, codes=codes.numpy(), labels=measured.labels, descriptors=measured.descriptors)
        return measured


def render_all(draw: Renderer, codes: Tensor) -> list[Tensor]:
    """Render each of the codes to a picture [3, 256, 256]."""
    with torch.inference_mode():
        return [draw(code[None]) for code in codes]
