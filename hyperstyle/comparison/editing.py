"""How an inversion takes edits: what a classifier says along a direction, and whose face it stays meanwhile."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import torch

from hyperstyle.editing.directions import SLIDER, Direction, Edit, edited
from hyperstyle.inversion.steps import Step
from hyperstyle.photo.preparing import Prepared
from hyperstyle.photo.reading import Pixels
from hyperstyle.photo.tensors import to_pixels, to_tensor
from hyperstyle.workshop import Workshop

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


class Says(Protocol):
    """A classifier of aligned faces."""

    def __call__(self, pixels: Pixels) -> Mapping[str, float]:
        """What it says of a picture [256, 256, 3], by label."""


@dataclass(frozen=True)
class Editing:
    """The edits to try, and who says what comes of them."""

    directions: Sequence[Direction]
    """Named as their labels."""
    says: Says

    @torch.no_grad()
    def records(self, workshop: Workshop, prepared: Prepared, step: Step) -> Iterator[EditRecord]:
        """Every direction at all `AMOUNTS`, from where a method's last step left the photo."""
        model, view = workshop.model, workshop.domain.view
        photo = to_tensor(prepared.crop(view.height, view.width)).to(workshop.device)
        likeness = workshop.measure.against(photo)
        kernels = model.generator.kernels(step.offsets)
        for direction in self.directions:
            for amount in AMOUNTS:
                codes = edited(step.codes, [Edit(direction, amount)], model.generator.n_styles)
                picture = view.crop(model.generator.synthesize(model.generator.styles(codes), kernels))
                (figures,) = likeness(picture)
                label = self.says(to_pixels(view.pool(picture.float().clamp(-1, 1))[0]))[direction.name]
                yield EditRecord(direction.name, amount, label, figures.identity)
