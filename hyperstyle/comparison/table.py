"""Tables of a comparison, as Markdown and as JSON."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from hyperstyle.comparison.means import EditMean, MethodSums, StepMean
from hyperstyle.inversion.methods import Method
from hyperstyle.metrics.identity import SAME_PERSON

COLUMNS = ("L2 ↓", "LPIPS ↓", "MS-SSIM ↑", "identity ↓", "seconds ↓")
ARCFACE_PLACE = 4  # index of its column, after dlib's identity
ARCFACE = (
    "ArcFace is the distance of its descriptors (1 - cosine: 0 for the same face, about 1 for strangers). The embedded "
    "model was trained with this network as one of its losses, which flatters it beside methods that were not."
)
STEPS_SHOWN = 10  # steps of each method in Markdown; JSON has all

UNCHANGED = "w-encoder"  # the method that leaves the generator's kernels unchanged
EDIT_HEAD = ("method", "direction", "photos", "label along the slider", "change relative to W-encoder", "identity")
EDITS = (
    "Every inversion is edited at five amounts, from one end of a direction's slider (-5) to the other (5): the label "
    "that a classifier gives to the pictures, the change of the label from end to end relative to that of the "
    "encoder's code in the unchanged generator, and the identity distance from the photo."
)

DETAILS_HEAD = ("method", "LPIPS (VGG) ↓", "full-size L2 ↓", "full-size LPIPS ↓", "sharpness", "NSCD ↓")
DETAILS = (
    "Of the last pictures. LPIPS with VGG is at the size of the networks' inputs; L2 and LPIPS at full size compare "
    "the generator's own pictures with photos that are brought to that size. Sharpness is the energy of the finest "
    "octave that a photo holds, the picture's divided by the photo's, as a geometric mean: 1 is as sharp. NSCD is the "
    "cosine distance of a code's styles from the mean of the generator's own"
)

SumsByMethod = Mapping[str, MethodSums]
"""Method name -> its sums."""


def as_json(title: str, methods: Sequence[Method], sums: SumsByMethod) -> dict[str, Any]:
    """Return all means and failures as a JSON object."""
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
                "details": {name: mean.mean() for name, mean in sums[method.name].details.items()},
                "edits": [asdict(mean) for mean in sums[method.name].edits()],
                "failed": {row.photo: row.error for row in sums[method.name].failed},
            }
            for method in methods
        ],
    }


def as_markdown(title: str, methods: Sequence[Method], sums: SumsByMethod, own_nscd: float | None = None) -> str:
    """Return the tables of methods, steps, details, edits and failures in Markdown.

    `own_nscd` is the mean NSCD of the generator's own codes.
    """
    overall, steps, failures = [], [], []
    with_arcface = any(sums[method.name].arcface.photos for method in methods)
    columns = [*COLUMNS]
    if with_arcface:
        columns.insert(ARCFACE_PLACE, "ArcFace ↓")
    for method in methods:
        of_method = sums[method.name]
        last = of_method.last()
        photos = f"{last.photos if last else 0} of {of_method.rows}"
        cells = _cells(last) if last else ["-"] * len(COLUMNS)
        if with_arcface:
            arcface = of_method.arcface
            cells.insert(ARCFACE_PLACE, _optional(arcface.mean(), arcface.photos, last.photos if last else 0))
        overall.append([method.title, photos, *cells])
        steps += [[method.title, str(mean.step), *_cells(mean)] for mean in _evenly_spaced(list(of_method.steps()))]
        failures += [[row.photo, method.title, row.error.replace("|", "\\|")] for row in of_method.failed]
    parts = [
        f"# {title}",
        "Means over the photos, at the size of the networks' inputs, with pictures in [-1, 1]. Identity is the "
        f"distance of dlib's face descriptors; below {SAME_PERSON} it is the same person. Where no face was found in "
        "some pictures, the number of the others stands beside it. Seconds exclude face detection and metrics.",
        *([ARCFACE] if with_arcface else []),
        markdown_table(["method", "photos", *columns], overall),
        "## Step by step",
        markdown_table(["method", "step", *COLUMNS], steps),
    ]
    if any(sums[method.name].details["nscd"].photos for method in methods):
        own = "." if own_nscd is None else f"; these themselves have {own_nscd:.4f}."
        rows = _detail_rows(methods, sums)
        parts += ["## Full size, VGG and codes", DETAILS + own, markdown_table(DETAILS_HEAD, rows)]
    if any(sums[method.name].edits() for method in methods):
        parts += ["## Edits", EDITS, markdown_table(EDIT_HEAD, _edit_rows(methods, sums))]
    if failures:
        parts += ["## Failures", markdown_table(["photo", "method", "error"], failures)]
    return "\n\n".join(parts) + "\n"


def _detail_rows(methods: Sequence[Method], sums: SumsByMethod) -> Iterator[list[str]]:
    """Yield a line for each method."""
    for method in methods:
        last = sums[method.name].last()
        details = sums[method.name].details.values()
        photos = last.photos if last else 0
        yield [method.title, *(_optional(each.mean(), each.photos, photos, digits=4) for each in details)]


def _edit_rows(methods: Sequence[Method], sums: SumsByMethod) -> Iterator[list[str]]:
    """Yield a line for each method and direction."""
    unchanged = _label_changes(sums[UNCHANGED].edits())
    for method in methods:
        means = sums[method.name].edits()
        for direction, change in _label_changes(means).items():
            amounts = [mean for mean in means if mean.direction == direction]
            share = f"{change / unchanged[direction]:.0%}" if unchanged.get(direction) else "-"
            labels = " / ".join(f"{mean.label:.1f}" for mean in amounts)
            identity = " / ".join("-" if mean.identity is None else f"{mean.identity:.2f}" for mean in amounts)
            yield [method.title, direction, str(amounts[0].photos), labels, share, identity]


def _label_changes(means: Sequence[EditMean]) -> dict[str, float]:
    """Return, for each direction, the change of its label from the slider's low end to its high end."""
    ends: dict[str, list[float]] = {}
    for mean in means:
        ends.setdefault(mean.direction, []).append(mean.label)
    return {direction: labels[-1] - labels[0] for direction, labels in ends.items()}


def _cells(mean: StepMean) -> list[str]:
    identity = _optional(mean.identity, mean.identities, mean.photos)
    return [f"{mean.l2:.4f}", f"{mean.lpips:.3f}", f"{mean.ms_ssim:.3f}", identity, f"{mean.seconds:.2f}"]


def _optional(mean: float | None, count: int, photos: int, digits: int = 3) -> str:
    """Format a mean over `count` of the photos; the count is shown where it is not all of them."""
    if mean is None:
        return "-"
    text = f"{mean:.{digits}f}"
    return text if count == photos else f"{text} ({count} of {photos})"


def _evenly_spaced(means: list[StepMean]) -> list[StepMean]:
    """Return at most `STEPS_SHOWN` steps, evenly spaced, with the first and the last."""
    if len(means) <= STEPS_SHOWN:
        return means
    return [means[round(place * (len(means) - 1) / (STEPS_SHOWN - 1))] for place in range(STEPS_SHOWN)]


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown; rows have as many cells as `head`."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows))
