"""Means over photos, added up row by row, so that a thousand photos take no more memory than one."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from hyperstyle.comparison.edit_trials import EditRecord
from hyperstyle.comparison.rows import Row
from hyperstyle.inversion.inversion import StepRecord


@dataclass(frozen=True)
class Mean:
    """Means of one step of a method."""

    step: int
    photos: int
    l2: float
    lpips: float
    ms_ssim: float
    identity: float | None
    """Over the photos where a face was found in both pictures; None where there is no such photo."""
    identities: int
    """How many photos these are."""
    seconds: float
    """From the beginning to the end of this step."""


class MeanOfKnown:
    """What the mean of a figure takes that not every photo has."""

    def __init__(self) -> None:
        self.total, self.photos = 0.0, 0

    def add(self, value: float | None) -> None:
        """Add a photo's, if it has one."""
        if value is not None:
            self.total += value
            self.photos += 1

    def mean(self) -> float | None:
        """Over the photos that have it; None where there is no such photo."""
        return self.total / self.photos if self.photos else None


class Sums:
    """What the mean of one step takes."""

    def __init__(self) -> None:
        self.photos = 0
        self.l2 = self.lpips = self.ms_ssim = self.seconds = 0.0
        self.identity = MeanOfKnown()

    def add(self, record: StepRecord, seconds: float) -> None:
        """Add a photo; `seconds` from the beginning."""
        figures = record.metrics
        self.photos += 1
        self.l2 += figures.l2
        self.lpips += figures.lpips
        self.ms_ssim += figures.ms_ssim
        self.seconds += seconds
        self.identity.add(figures.identity)

    def mean(self, step: int) -> Mean:
        """The means so far."""
        l2, lpips, ms_ssim, seconds = (
            total / self.photos for total in (self.l2, self.lpips, self.ms_ssim, self.seconds)
        )
        return Mean(step, self.photos, l2, lpips, ms_ssim, self.identity.mean(), self.identity.photos, seconds)


@dataclass(frozen=True)
class EditMean:
    """Means of one edit of a method's inversions."""

    direction: str
    amount: float
    photos: int
    label: float
    identity: float | None
    """Over the photos where a face was found in both pictures."""


class EditSums:
    """What the mean of one edit takes."""

    def __init__(self) -> None:
        self.photos = 0
        self.label = 0.0
        self.identity = MeanOfKnown()

    def add(self, record: EditRecord) -> None:
        """Add a photo."""
        self.photos += 1
        self.label += record.label
        self.identity.add(record.identity)

    def mean(self, direction: str, amount: float) -> EditMean:
        """The means so far."""
        return EditMean(direction, amount, self.photos, self.label / self.photos, self.identity.mean())


class MethodSums:
    """One method over all photos so far."""

    def __init__(self) -> None:
        self.rows = 0
        self.failed: list[Row] = []
        self.arcface = MeanOfKnown()
        self._edits: dict[tuple[str, float], EditSums] = defaultdict(EditSums)
        self._steps: dict[int, Sums] = defaultdict(Sums)
        self._last = Sums()
        self._last_step = 0

    def add(self, row: Row) -> None:
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
        self._last.add(record, seconds)
        self._last_step = max(self._last_step, record.index)

    def last(self) -> Mean | None:
        """What the method comes to in the end, whatever number of steps that took; None where every photo failed."""
        return self._last.mean(self._last_step) if self._last.photos else None

    def steps(self) -> Iterator[Mean]:
        """Step by step."""
        for index in sorted(self._steps):
            yield self._steps[index].mean(index)

    def edits(self) -> list[EditMean]:
        """Edit by edit."""
        return [sums.mean(*edit) for edit, sums in self._edits.items()]
