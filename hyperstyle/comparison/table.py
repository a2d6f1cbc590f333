"""The comparison as text: Markdown for people, JSON for programs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from hyperstyle.comparison.means import Mean, MethodSums
from hyperstyle.inversion.methods import Method
from hyperstyle.metrics import SAME_PERSON

COLUMNS = ("L2 ↓", "LPIPS ↓", "MS-SSIM ↑", "identity ↓", "seconds ↓")
STEPS_SHOWN = 10  # of each method in Markdown; JSON has all

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
                "failed": {row.photo: row.error for row in sums[method.name].failed},
            }
            for method in methods
        ],
    }


def as_markdown(title: str, methods: Sequence[Method], sums: Sums) -> str:
    """The tables: methods, their steps, and what failed."""
    lasts, steps, failures = [], [], []
    for method in methods:
        of_method = sums[method.name]
        last = of_method.last()
        photos = f"{last.photos if last else 0} of {of_method.rows}"
        lasts.append([method.title, photos, *(_cells(last) if last else ["-"] * len(COLUMNS))])
        steps += [[method.title, str(mean.step), *_cells(mean)] for mean in _spread(list(of_method.steps()))]
        failures += [[row.photo, method.title, row.error.replace("|", "\\|")] for row in of_method.failed]
    parts = [
        f"# {title}",
        "Means over the photos, at the size at which the networks see them, with pictures in [-1, 1]. Identity is the "
        f"distance of dlib's face descriptors, below {SAME_PERSON} the same person; where it is over fewer photos, "
        "because no face was found in the others' pictures, their number stands beside it. Seconds do not count "
        "finding the face and computing the figures.",
        _table(["method", "photos", *COLUMNS], lasts),
        "## Step by step",
        _table(["method", "step", *COLUMNS], steps),
    ]
    if failures:
        parts += ["## What failed", _table(["photo", "method", "why"], failures)]
    return "\n\n".join(parts) + "\n"


def _cells(mean: Mean) -> list[str]:
    identity = "-" if mean.identity is None else f"{mean.identity:.3f}"
    if 0 < mean.identities < mean.photos:
        identity += f" ({mean.identities} of {mean.photos})"
    return [f"{mean.l2:.4f}", f"{mean.lpips:.3f}", f"{mean.ms_ssim:.3f}", identity, f"{mean.seconds:.2f}"]


def _spread(means: list[Mean]) -> list[Mean]:
    """At most `STEPS_SHOWN` of a method's steps, evenly spread, the first and the last among them."""
    if len(means) <= STEPS_SHOWN:
        return means
    return [means[round(place * (len(means) - 1) / (STEPS_SHOWN - 1))] for place in range(STEPS_SHOWN)]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows))
