"""Directions of the embedded generator's W: which there are, and how they are found."""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

from hyperstyle.editing.directions import Direction
from hyperstyle.metrics.attributes import LABELS, Labelled
from hyperstyle.networks.mobile_stylegan import MobileGenerator
from hyperstyle.training.directions.fit import Boundary, fit, tails, without

WHOLE = (0, MobileGenerator.n_styles)


@dataclass(frozen=True)
class Plan:
    """What is decided about a direction before anything is computed; chosen by looking at strips."""

    label: str
    """Of `LABELS`; also the direction's name."""
    title: str
    less: str
    more: str
    apart: tuple[str, ...] = ()
    """Labels that the direction leaves alone: it lies in the planes of their boundaries."""
    styles: tuple[int, int] = WHOLE
    """The first style that is moved, and the first that no longer is."""
    reach: float = 3.0
    """How far in W, which is about 7 from its mean, faces stay natural."""


COARSE = (0, 8)  # shapes
MIDDLE = (4, 8)  # the parts of a face, without its pose
FINE = (8, 18)  # colours and light

PLANS = (
    Plan("age", "Age", "younger", "older", apart=("masculine", "smile", "glasses")),
    Plan(
        *("masculine", "Gender presentation", "more feminine", "more masculine"),
        apart=("age", "smile", "glasses"),
        styles=COARSE,
        reach=4.0,
    ),
    Plan("smile", "Smile", "more serious", "smiling", apart=("age", "masculine", "glasses"), styles=COARSE),
    Plan("yaw", "Turn", "to the left", "to the right", styles=COARSE, reach=4.0),
    Plan("pitch", "Nod", "down", "up", apart=("smile", "age"), styles=COARSE, reach=2.5),
    Plan("mouth-open", "Mouth", "closed", "open", apart=("smile", "age", "masculine"), styles=MIDDLE),
    Plan(
        *("eyes-open", "Eyes", "narrowed", "wide open"),
        apart=("smile", "age", "masculine", "glasses", "brightness"),
        styles=MIDDLE,
        reach=4.0,
    ),
    Plan(
        *("brightness", "Brightness", "darker", "lighter"),
        apart=("age", "masculine", "smile", "glasses", "lips-red"),
        styles=FINE,
    ),
    Plan("light-side", "Light", "from the left", "from the right", apart=("yaw",), styles=COARSE),
    Plan(
        *("hair-light", "Hair", "darker", "lighter"), apart=("age", "masculine", "brightness"), styles=MIDDLE, reach=4.5
    ),
    Plan(
        *("lips-red", "Lips", "paler", "redder"),
        apart=("age", "masculine", "smile", "brightness", "glasses"),
        styles=FINE,
        reach=2.5,
    ),
    Plan(
        *("beard", "Beard", "less", "more"),
        apart=("age", "masculine", "smile", "brightness", "glasses", "mouth-open"),
        styles=MIDDLE,
    ),
    Plan(
        *("glasses", "Glasses", "less", "more"),
        apart=("age", "masculine", "smile", "brightness", "eyes-open"),
        styles=COARSE,
        reach=5.0,
    ),
)


@dataclass(frozen=True)
class Found:
    """A direction, and how well its boundary tells faces that it was not fitted on."""

    direction: Direction
    accuracy: float
    """Share of the held-out tails on their sides, before the direction was set apart from others."""
    apart_accuracy: float
    """The same along the direction as it is."""
    fitted: int
    """Faces in the tails that the boundary was fitted on."""
    held_out: int


def find(codes: Tensor, labels: Labelled, held_out: Tensor, plans: Iterable[Plan] = PLANS) -> list[Found]:
    """Directions from codes [N, 512] and their labels; faces where `held_out` [N] is true only judge them."""
    values = torch.from_numpy(labels.values)
    fitting = ~held_out
    boundaries = {name: fit(codes[fitting], values[fitting, i]) for i, name in enumerate(LABELS)}
    found = []
    for plan in plans:
        column = values[:, LABELS.index(plan.label)]
        boundary = boundaries[plan.label]
        normal = without(boundary.normal, [boundaries[other].normal for other in plan.apart])
        low, high = tails(column[held_out])
        seen = codes[held_out]
        found.append(
            Found(
                Direction(plan.label, plan.title, plan.less, plan.more, normal, plan.styles, plan.reach),
                boundary.right(seen, low, high),
                Boundary.between(normal, seen, low, high).right(seen, low, high),
                2 * len(tails(column[fitting])[0]),
                2 * len(low),
            )
        )
    return found
