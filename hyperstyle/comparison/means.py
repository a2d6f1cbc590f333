"""Running means over photos: rows are added one by one, and none is kept in memory."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, fields
from itertools import accumulate
from math import exp, log

from hyperstyle.comparison.details import Details
from hyperstyle.comparison.edit_trials import EditRecord
from hyperstyle.comparison.rows import ComparisonRow
from hyperstyle.inversion.inversion import StepRecord

TINY = 1e-6  # smallest ratio that a geometric mean takes


@dataclass(frozen=True)
class StepMean:
    """Mean metrics of one step of a method."""

    step: int
    photos: int
    l2: float
    lpips: float
    ms_ssim: float
    identity: float | None
    """Mean over the photos where a face was found in both pictures; None without such photos."""
    identities: int
    """Number of these photos."""
    seconds: float
    """Mean time from the method's start to the end of this step."""


class OptionalMean:
    """Running mean of a metric that some photos lack."""

    def __init__(self) -> None:
        self.total, self.photos = 0.0, 0

    def add(self, value: float | None) -> None:
        """Add the value of one photo, unless it is None."""
        if value is not None:
            self.total += value
            self.photos += 1

    def mean(self) -> float | None:
        """Return the mean over the photos that have the metric; None without such photos."""
        return self.total / self.photos if self.photos else None


class GeometricMean(OptionalMean):
    """Running geometric mean of a ratio, so that twice and half as much cancel out."""

    def add(self, value: float | None) -> None:
        """Add the ratio of one photo, unless it is None."""
        super().add(None if value is None else log(max(value, TINY)))

    def mean(self) -> float | None:
        """Return the geometric mean over the photos that have the ratio; None without such photos."""
        mean = super().mean()
        return None if mean is None else exp(mean)


class StepSums:
    """Running sums of the metrics of one step."""

    def __init__(self) -> None:
        self.photos = 0
        self.l2 = self.lpips = self.ms_ssim = self.seconds = 0.0
        self.identity = OptionalMean()

    def add(self, record: StepRecord, seconds: float) -> None:
        """Add the step of one photo; `seconds` is the time since the method's start."""
        figures = record.metrics
        self.photos += 1
        self.l2 += figures.l2
        self.lpips += figures.lpips
        self.ms_ssim += figures.ms_ssim
        self.seconds += seconds
        self.identity.add(figures.identity)

    def mean(self, step: int) -> StepMean:
        """Return the means so far."""
        l2, lpips, ms_ssim, seconds = (
            total / self.photos for total in (self.l2, self.lpips, self.ms_ssim, self.seconds)
        )
        return StepMean(step, self.photos, l2, lpips, ms_ssim, self.identity.mean(), self.identity.photos, seconds)


@dataclass(frozen=True)
class EditMean:
    """Mean measurements of one edit of a method's inversions."""

    direction: str
    amount: float
    photos: int
    label: float
    identity: float | None
    """Mean over the photos where a face was found in both pictures; None without such photos."""


class EditSums:
    """Running sums of the measurements of one edit."""

    def __init__(self) -> None:
        self.photos = 0
        self.label = 0.0
        self.identity = OptionalMean()

    def add(self, record: EditRecord) -> None:
        """Add the edit of one photo."""
        self.photos += 1
        self.label += record.label
        self.identity.add(record.identity)

    def mean(self, direction: str, amount: float) -> EditMean:
        """Return the means so far."""
        return EditMean(direction, amount, self.photos, self.label / self.photos, self.identity.mean())


class MethodSums:
    """Running sums of one method: over its steps, its edits and its last pictures."""

    def __init__(self) -> None:
        self.rows = 0
        self.failed: list[ComparisonRow] = []
        self.arcface = OptionalMean()
        self.details = {field.name: OptionalMean() for field in fields(Details)} | {"sharpness": GeometricMean()}
        self._edits: dict[tuple[str, float], EditSums] = defaultdict(EditSums)
        self._steps: dict[int, StepSums] = defaultdict(StepSums)
        self._last = StepSums()
        self._last_step = 0

    def add(self, row: ComparisonRow) -> None:
        """Add a row, failed or not."""
        self.rows += 1
        if not row.steps:
            self.failed.append(row)
            return
        for record, seconds in zip(row.steps, accumulate(step.seconds for step in row.steps), strict=True):
            self._steps[record.index].add(record, seconds)
        for edit in row.edits:
            self._edits[edit.direction, edit.amount].add(edit)
        self.arcface.add(row.arcface)
        for name, figure in self.details.items():
            figure.add(getattr(row.details, name, None))
        self._last.add(record, seconds)
        self._last_step = max(self._last_step, record.index)

    def last(self) -> StepMean | None:
        """Return the means of each photo's last step; None where every photo failed."""
        return self._last.mean(self._last_step) if self._last.photos else None

    def steps(self) -> Iterator[StepMean]:
        """Yield the means of each step, in order."""
        for index in sorted(self._steps):
            yield self._steps[index].mean(index)

    def edits(self) -> list[EditMean]:
        """Return the means of each edit: direction by direction, amounts from low to high."""
        return [sums.mean(*edit) for edit, sums in self._edits.items()]
