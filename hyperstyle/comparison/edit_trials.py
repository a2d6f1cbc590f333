"""How an inversion takes edits: what a classifier says along a direction, and whose face it stays meanwhile."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from hyperstyle.editing.directions import SLIDER, Direction
from hyperstyle.editing.edits import Edits
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.inverter import Inverter
from hyperstyle.photo.crop import Crop
from hyperstyle.photo.reading import Pixels
from hyperstyle.photo.tensors import to_pixels, to_tensor

AMOUNTS = (-SLIDER, -SLIDER / 2, 0.0, SLIDER / 2, SLIDER)


@dataclass(frozen=True)
class EditRecord:
    """One edit of one inversion."""

    direction: str
    amount: float
    label: float
    """What the classifier of the direction's label says of the edited picture."""
    identity: float | None
    """Distance of its face from the photo's; None where either has none to be found."""

    def to_json(self) -> dict[str, Any]:
        """One flat object."""
        return asdict(self)

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> "EditRecord":
        """The edit of such an object."""
        return cls(**entry)


class Classifier(Protocol):
    """A classifier of aligned faces."""

    def __call__(self, pixels: Pixels) -> Mapping[str, float]:
        """What it says of a picture [256, 256, 3], by label."""


@dataclass(frozen=True)
class Editing:
    """The edits to try, and who says what comes of them."""

    directions: Sequence[Direction]
    """Named as their labels."""
    says: Classifier

    def records(self, inverter: Inverter, crop: Crop, inversion: Inversion) -> Iterator[EditRecord]:
        """Every direction at all `AMOUNTS`, from what a method found for a crop."""
        view = inverter.domain.view
        evaluate = inverter.evaluator.against(inverter.network_input([crop]))
        for direction in self.directions:
            for amount in AMOUNTS:
                picture = to_tensor(inverter.draw(inversion, Edits({direction.name: amount})))
                (metrics,) = evaluate(picture.to(inverter.device))
                label = self.says(to_pixels(view.pool(picture)[0]))[direction.name]
                yield EditRecord(direction.name, amount, label, metrics.identity)
