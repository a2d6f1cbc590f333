"""The comparison as text: Markdown for people, JSON for programs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from hyperstyle.comparison.means import EditMean, Mean, MethodSums
from hyperstyle.inversion.methods import Method
from hyperstyle.metrics.identity import SAME_PERSON

COLUMNS = ("L2 ↓", "LPIPS ↓", "MS-SSIM ↑", "identity ↓", "seconds ↓")
ARCFACE_PLACE = 4  # beside the other identity
ARCFACE = (
    "ArcFace is the distance of its descriptors (1 - cosine; 0 the same, about 1 strangers). The embedded model was "
    "trained with this network as one of its judges, which flatters it beside methods that were not."
)
STEPS_SHOWN = 10  # of each method in Markdown; JSON has all

UNCHANGED = "w-encoder"  # the method that leaves the generator as it is
EDIT_HEAD = ("method", "direction", "photos", "label along the slider", "of the unchanged generator's", "identity")
EDITS = (
    "Every inversion moved along a direction, from one end of its slider (-5) to the other (5) in quarters: what the "
    "label's classifier says of the pictures, how much of that change there is in the generator as it was, with the "
    "encoder's code, and how far the face is from the photo's."
)

Sums = Mapping[str, MethodSums]
"""By the names of the methods."""


def as_json(title: str, methods: Sequence[Method], sums: Sums) -> dict[str, Any]:
    """All means, and what failed."""
    return {
        "title": title,
        "methods": [
            {
                "method": method.name,
                "title": method.title,
                "last": asdict(last) if (last := sums[method.name].last()) else None,
                "steps": [asdict(mean) for mean in sums[method.name].steps()],
                "arcface": sums[method.name].arcface.mean(),
                "arcfaces": sums[method.name].arcface.photos,
                "edits": [asdict(mean) for mean in sums[method.name].edits()],
                "failed": {row.photo: row.error for row in sums[method.name].failed},
            }
            for method in methods
        ],
    }


def as_markdown(title: str, methods: Sequence[Method], sums: Sums) -> str:
    """The tables: methods, their steps, and what failed."""
    lasts, steps, failures = [], [], []
    judged = any(sums[method.name].arcface.photos for method in methods)
    columns = [*COLUMNS]
    if judged:
        columns.insert(ARCFACE_PLACE, "ArcFace ↓")
    for method in methods:
        of_method = sums[method.name]
        last = of_method.last()
        photos = f"{last.photos if last else 0} of {of_method.rows}"
        cells = _cells(last) if last else ["-"] * len(COLUMNS)
        if judged:
            arcface = of_method.arcface
            cells.insert(ARCFACE_PLACE, _known(arcface.mean(), arcface.photos, last.photos if last else 0))
        lasts.append([method.title, photos, *cells])
        steps += [[method.title, str(mean.step), *_cells(mean)] for mean in _spread(list(of_method.steps()))]
        failures += [[row.photo, method.title, row.error.replace("|", "\\|")] for row in of_method.failed]
    parts = [
        f"# {title}",
        "Means over the photos, at the size at which the networks see them, with pictures in [-1, 1]. Identity is the "
        f"distance of dlib's face descriptors, below {SAME_PERSON} the same person; where it is over fewer photos, "
        "because no face was found in the others' pictures, their number stands beside it. Seconds do not count "
        "finding the face and computing the figures.",
        *([ARCFACE] if judged else []),
        _table(["method", "photos", *columns], lasts),
        "## Step by step",
        _table(["method", "step", *COLUMNS], steps),
    ]
    if any(sums[method.name].edits() for method in methods):
        parts += ["## Edits", EDITS, _table(EDIT_HEAD, _edit_rows(methods, sums))]
    if failures:
        parts += ["## What failed", _table(["photo", "method", "why"], failures)]
    return "\n\n".join(parts) + "\n"


def _edit_rows(methods: Sequence[Method], sums: Sums) -> Iterator[list[str]]:
    """A row for each method and direction."""
    unchanged = _moves(sums[UNCHANGED].edits())
    for method in methods:
        means = sums[method.name].edits()
        for direction, move in _moves(means).items():
            along = [mean for mean in means if mean.direction == direction]
            share = f"{move / unchanged[direction]:.0%}" if unchanged.get(direction) else "-"
            labels = " / ".join(f"{mean.label:.1f}" for mean in along)
            identity = " / ".join("-" if mean.identity is None else f"{mean.identity:.2f}" for mean in along)
            yield [method.title, direction, str(along[0].photos), labels, share, identity]


def _moves(means: Sequence[EditMean]) -> dict[str, float]:
    """By how much each direction's label changes from one end of the slider to the other."""
    ends: dict[str, list[float]] = {}
    for mean in means:
        ends.setdefault(mean.direction, []).append(mean.label)
    return {direction: labels[-1] - labels[0] for direction, labels in ends.items()}


def _cells(mean: Mean) -> list[str]:
    identity = _known(mean.identity, mean.identities, mean.photos)
    return [f"{mean.l2:.4f}", f"{mean.lpips:.3f}", f"{mean.ms_ssim:.3f}", identity, f"{mean.seconds:.2f}"]


def _known(mean: float | None, known: int, photos: int) -> str:
    """A mean that may be over fewer photos, whose number stands beside it then."""
    if mean is None:
        return "-"
    return f"{mean:.3f}" if known == photos else f"{mean:.3f} ({known} of {photos})"


def _spread(means: list[Mean]) -> list[Mean]:
    """At most `STEPS_SHOWN` of a method's steps, evenly spread, the first and the last among them."""
    if len(means) <= STEPS_SHOWN:
        return means
    return [means[round(place * (len(means) - 1) / (STEPS_SHOWN - 1))] for place in range(STEPS_SHOWN)]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows))
