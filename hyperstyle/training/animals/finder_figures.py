"""Measures how well the shipped finder finds animals that it was not trained on."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hyperstyle.photo.animals import Animal, AnimalFinder
from hyperstyle.photo.reading import Pixels, read_photo
from hyperstyle.training.animals.scenes import Scene, SceneMaker

SIZE = (800, 600)  # width and height of a scene
WIDTHS = (140, 500)  # pixels that the aligned photo takes up in it
NEAR = 0.5  # eye distances, by which the eyes of a found animal are off at most


@dataclass(frozen=True)
class FinderFigures:
    """Figures of a finder, from scenes with one animal each and from photos without any."""

    errors: tuple[float, ...]
    """Mean distance of both eyes from where they are, in eye distances, for every animal that was found."""
    scenes: int
    """Number of scenes."""
    false_in_scenes: int
    """Number of other places of scenes that were taken for an animal."""
    false_in_photos: tuple[int, ...]
    """Number of places taken for an animal, for each photo without one."""

    def __str__(self) -> str:
        """Return a sentence with all figures."""
        median, most = np.quantile(self.errors, (0.5, 0.9)).tolist()
        return (
            f"Found {len(self.errors) / self.scenes:.1%} of the animals in {self.scenes} scenes, with the eyes "
            f"{median:.1%} of their distance off in the median and {most:.1%} in nine of ten; "
            f"{self.false_in_scenes / self.scenes:.3f} false animals per scene, "
            f"{np.mean(self.false_in_photos):.3f} per photo in {len(self.false_in_photos)} photos without any."
        )


def measure(finder: AnimalFinder, animals: Pixels, photos: Sequence[Path], scenes: int = 200) -> FinderFigures:
    """Measure a finder on scenes of aligned photos [N, S, S, 3], and on photos without animals."""
    again_and_again = np.resize(animals, (scenes, *animals.shape[1:]))
    errors: list[float] = []
    others = 0
    for scene in SceneMaker(again_and_again, seed=1).scenes(SIZE, WIDTHS):
        off = [eye_error(scene, animal) for animal in finder.find(scene.pixels)]
        near = [error for error in off if error < NEAR]
        errors += near[:1]
        others += len(off) - len(near)
    return FinderFigures(
        tuple(errors), scenes, others, tuple(len(finder.find(read_photo(photo).pixels)) for photo in photos)
    )


def eye_error(scene: Scene, animal: Animal) -> float:
    """Return the mean distance of an animal's eyes from those of a scene, in eye distances."""
    return float(np.hypot(*(animal.landmarks - scene.eyes).T).mean() / np.hypot(*(scene.eyes[1] - scene.eyes[0])))
