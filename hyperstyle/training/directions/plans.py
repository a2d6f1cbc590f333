"""The table of directions in the embedded generator's W, and how they are fitted."""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

from hyperstyle.editing.directions import Direction
from hyperstyle.metrics.attributes import LABELS
from hyperstyle.networks.mobile_stylegan import MobileGenerator
from hyperstyle.training.core.picture_labels import PictureLabels
from hyperstyle.training.directions.fit import Boundary, fit, orthogonal_to, tails

WHOLE = (0, MobileGenerator.n_styles)


@dataclass(frozen=True)
class Plan:
    """Settings of a direction, chosen by looking at strips of pictures."""

    label: str
    """One of `LABELS`; also the direction's name."""
    title: str
    less: str
    """Caption of the slider's low end."""
    more: str
    """Caption of the slider's high end."""
    preserved: tuple[str, ...] = ()
    """Labels that the direction does not change: it is orthogonal to the normals of their boundaries."""
    styles: tuple[int, int] = WHOLE
    """Range of the styles that are moved, [first, last)."""
    reach: float = 3.0
    """Distance in W up to which faces stay natural; codes are about 7 from the mean of W."""
    steady_skin: bool = False
    """Whether it is corrected so that it leaves the lightness of skin."""


COARSE = (0, 8)  # pose and shape
MIDDLE = (4, 8)  # parts of a face, without its pose
FINE = (8, 18)  # colours and light

PLANS = (
    Plan("age", "Age", "younger", "older", preserved=("masculine", "smile", "glasses"), steady_skin=True),
    Plan(
        *("masculine", "Gender presentation", "more feminine", "more masculine"),
        preserved=("age", "smile", "glasses"),
        styles=COARSE,
        reach=4.0,
    ),
    Plan(
        *("smile", "Smile", "more serious", "smiling"),
        preserved=("age", "masculine", "glasses"),
        styles=COARSE,
        steady_skin=True,
    ),
    Plan("yaw", "Turn", "to the left", "to the right", styles=COARSE, reach=4.0),
    Plan("pitch", "Nod", "down", "up", preserved=("smile", "age"), styles=COARSE, reach=2.5),
    Plan("mouth-open", "Mouth", "closed", "open", preserved=("smile", "age", "masculine"), styles=MIDDLE),
    Plan(
        *("eyes-open", "Eyes", "narrowed", "wide open"),
        preserved=("smile", "age", "masculine", "glasses", "brightness"),
        styles=MIDDLE,
        reach=4.0,
    ),
    Plan(
        *("brightness", "Brightness", "darker", "lighter"),
        preserved=("age", "masculine", "smile", "glasses", "lips-red"),
        styles=FINE,
    ),
    Plan("light-side", "Light", "from the left", "from the right", preserved=("yaw",), styles=COARSE),
    Plan(
        *("hair-light", "Hair", "darker", "lighter"),
        preserved=("age", "masculine", "brightness"),
        styles=MIDDLE,
        reach=4.5,
    ),
    Plan(
        *("lips-red", "Lips", "paler", "redder"),
        preserved=("age", "masculine", "smile", "brightness", "glasses"),
        styles=FINE,
        reach=2.5,
    ),
    Plan(
        *("beard", "Beard", "less", "more"),
        preserved=("age", "masculine", "smile", "brightness", "glasses", "mouth-open"),
        styles=MIDDLE,
    ),
    Plan(
        *("glasses", "Glasses", "less", "more"),
        preserved=("age", "masculine", "smile", "brightness", "eyes-open"),
        styles=COARSE,
        reach=5.0,
    ),
)


@dataclass(frozen=True)
class FittedDirection:
    """A direction, and the accuracy of its boundary on held-out faces."""

    direction: Direction
    accuracy: float
    """Balanced accuracy of the label's own boundary on the held-out tails."""
    orthogonal_accuracy: float
    """Balanced accuracy along the final direction, which is orthogonal to the preserved labels."""
    n_fitted: int
    """Number of faces in the tails that the boundary was fitted to."""
    n_held_out: int
    """Number of faces in the held-out tails."""


def fit_directions(
    codes: Tensor, labels: PictureLabels, held_out: Tensor, plans: Iterable[Plan] = PLANS
) -> list[FittedDirection]:
    """Fit directions to codes [N, 512] and their labels; faces where `held_out` [N] is true only measure accuracy."""
    values = torch.from_numpy(labels.values)
    fitting = ~held_out
    boundaries = {name: fit(codes[fitting], values[fitting, i]) for i, name in enumerate(LABELS)}
    found = []
    for plan in plans:
        column = values[:, LABELS.index(plan.label)]
        boundary = boundaries[plan.label]
        normal = orthogonal_to(boundary.normal, [boundaries[other].normal for other in plan.preserved])
        low, high = tails(column[held_out])
        unseen = codes[held_out]
        found.append(
            FittedDirection(
                Direction(plan.label, plan.title, plan.less, plan.more, normal, plan.styles, plan.reach),
                boundary.accuracy(unseen, low, high),
                Boundary.midway(normal, unseen, low, high).accuracy(unseen, low, high),
                2 * len(tails(column[fitting])[0]),
                2 * len(low),
            )
        )
    return found
