"""Labels of pictures of faces: figures that say how much of something a face has, kept as files beside the pictures."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hyperstyle.files import atomic_write, ensure_dir
from hyperstyle.metrics.attribute_colours import colour_labels
from hyperstyle.metrics.attribute_networks import Networks
from hyperstyle.metrics.attribute_shapes import shape_labels
from hyperstyle.photo.reading import Pixels
from hyperstyle.training.core.generated_pictures import file_of

LABELS = (
    *("age", "masculine", "smile"),
    *("yaw", "pitch", "mouth-open", "eyes-open"),
    *("brightness", "light-side", "hair-light", "lips-red", "beard", "glasses"),
)
"""The order of labels in arrays."""

PLACE = dlib.rectangle(48, 67, 210, 228)
"""Where the face detector sees the face in aligned pictures of 256 pixels, to a few; it need not be asked each time."""


@dataclass(frozen=True)
class Labelled:
    """Labels of many pictures."""

    numbers: NDArray[np.int64]
    """[N] of the pictures."""
    values: NDArray[np.float32]
    """[N, labels] in the order of `LABELS`."""


class Labeller:
    """Classifies a face in a picture that is aligned as the generator's are."""

    def __init__(self, predictor: Path, networks: Networks) -> None:
        self._predictor = dlib.shape_predictor(str(predictor))
        self._networks = networks

    def labels(self, pixels: Pixels) -> NDArray[np.float32]:
        """Labels [labels] of a picture [256, 256, 3]."""
        shape = self._predictor(np.asarray(Image.fromarray(pixels).convert("L")), PLACE)
        landmarks = np.array([(point.x + 0.5, point.y + 0.5) for point in shape.parts()])
        said = self._networks.labels(pixels, landmarks) | shape_labels(landmarks) | colour_labels(pixels, landmarks)
        return np.array([said[name] for name in LABELS], np.float32)


def label_pictures(pictures: Path, folder: Path, numbers: list[int], labeller: Labeller) -> Iterator[Labelled]:
    """Labels of the pictures `numbers`, a thousand at a time; those that `folder` holds are read, others written."""
    ensure_dir(folder)
    thousands: dict[int, list[int]] = {}
    for number in numbers:
        thousands.setdefault(number // 1000, []).append(number)
    for thousand, inside in thousands.items():
        path = folder / f"{thousand:04d}.npz"
        known = read_labels(path)
        if known is None or known.numbers.tolist() != inside:
            rows = [labeller.labels(np.asarray(Image.open(file_of(pictures, number)))) for number in inside]
            known = Labelled(np.array(inside), np.stack(rows))
            write_labels(path, known)
        yield known


def read_labels(path: Path) -> Labelled | None:
    """Labels from a file; None where there is none, or one of other labels than today's."""
    if not path.exists():
        return None
    with np.load(path) as stored:
        if tuple(stored["names"]) != LABELS:
            return None
        return Labelled(stored["numbers"], stored["values"])


def write_labels(path: Path, labels: Labelled) -> None:
    """Write labels."""
    with atomic_write(path) as part, part.open("wb") as file:
        np.savez(file, names=np.array(LABELS), numbers=labels.numbers, values=labels.values)
