"""Editability of inversions: a classifier's label and the identity distance along semantic directions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from hyperstyle.editing.directions import MAX_AMOUNT, Direction
from hyperstyle.editing.edits import Edits
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.inverter import Inverter
from hyperstyle.photo.crop import Crop
from hyperstyle.photo.reading import Pixels
from hyperstyle.photo.tensors import to_pixels, to_tensor

AMOUNTS = (-MAX_AMOUNT, -MAX_AMOUNT / 2, 0.0, MAX_AMOUNT / 2, MAX_AMOUNT)


@dataclass(frozen=True)
class EditRecord:
    """Measurement of one edit of one inversion."""

    direction: str
    amount: float
    label: float
    """Value of the direction's label that the classifier gives to the edited picture."""
    identity: float | None
    """Identity distance from the photo; None where no face is found in either picture."""
    lightness: float | None = None
    """Lightness of the skin, 0 to 255; None where the classifier does not say it, and in the rows of older versions."""

    def to_json(self) -> dict[str, Any]:
        """Return the record as a JSON object."""
        return asdict(self)

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> "EditRecord":
        """Return the record of such an object."""
        return cls(**entry)


class Classifier(Protocol):
    """A classifier of aligned faces."""

    def __call__(self, pixels: Pixels) -> Mapping[str, float]:
        """Return the labels of an aligned picture [256, 256, 3], RGB, by name."""


@dataclass(frozen=True)
class EditTrials:
    """Edits to try on every inversion, and the classifier that measures them."""

    directions: Sequence[Direction]
    """Each is named as its label."""
    classifier: Classifier

    def records(self, inverter: Inverter, crop: Crop, inversion: Inversion) -> Iterator[EditRecord]:
        """Apply every direction at all `AMOUNTS` to an inversion of `crop`, and yield what they do."""
        view = inverter.domain.view
        evaluate = inverter.evaluator.against(inverter.network_input([crop]))
        for direction in self.directions:
            for amount in AMOUNTS:
                picture = to_tensor(inverter.draw(inversion, Edits({direction.name: amount})))
                (metrics,) = evaluate(picture.to(inverter.device))
                labels = self.classifier(to_pixels(view.pool(picture)[0]))
                lightness = labels.get("skin-lightness")
                yield EditRecord(direction.name, amount, labels[direction.name], metrics.identity, lightness)
