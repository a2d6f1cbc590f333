"""A comparison's figures by groups of people: by tone of skin, age and presentation."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import inf
from typing import Any

from hyperstyle.comparison.edit_trials import AMOUNTS, Classifier, EditRecord
from hyperstyle.comparison.means import OptionalMean
from hyperstyle.comparison.rows import ComparisonRow, RowStore
from hyperstyle.comparison.table import markdown_table
from hyperstyle.errors import StudioError
from hyperstyle.inversion.methods import Method
from hyperstyle.photo.reading import read_photo


@dataclass(frozen=True)
class Group:
    """The people whose photo has a label from `low` to below `high`."""

    name: str
    label: str
    low: float
    high: float


EVERYONE = "everyone"
GROUPS = (
    Group(EVERYONE, "age", -inf, inf),
    Group("light skin", "skin-tone", 28, inf),
    Group("medium skin", "skin-tone", -30, 28),
    Group("dark skin", "skin-tone", -inf, -30),
    Group("younger than 30", "age", -inf, 30),
    Group("30 to 49", "age", 30, 50),
    Group("50 and older", "age", 50, inf),
    Group("feminine", "masculine", -inf, 0),
    Group("masculine", "masculine", 0, inf),
)
WORST_RATIO = 1.25  # aim for the L2 and identity distance of every group, relative to everyone's
SHOWN = (AMOUNTS[0], 0.0, AMOUNTS[-1])  # amounts of edits that get a column
LIGHTNESS_CHANGE = 2  # aim for the change of lightness of every group's skin, of 255
GROUPS_TEXT = (
    "Who is in a photo is told by classifiers: tone of skin by the angle ITA of the colour of nose and cheeks (light "
    "from 28 degrees, dark below -30), age and presentation by networks. Ratios are to everyone's mean; the aim is at "
    f"most {WORST_RATIO}. The columns after them have the mean change of that colour's lightness from the photo, of "
    f"255, in the result and at both ends of every edit's slider; the aim is at most {LIGHTNESS_CHANGE} up or down."
)


@dataclass(frozen=True)
class GroupMean:
    """Mean figures of one method over a group's photos."""

    group: str
    photos: int
    l2: float
    l2_ratio: float
    """Relative to everyone's."""
    identity: float | None
    """Mean over the photos where a face was found in both pictures; None without such photos."""
    identity_ratio: float | None
    """Relative to everyone's."""
    lightness: dict[str, float | None]
    """Change of the skin's lightness, of 255, in the result and by each edit; None where older rows lack it."""


class GroupSums:
    """Running sums of one method's figures over a group's photos."""

    def __init__(self) -> None:
        self.photos = 0
        self.l2, self.identity = OptionalMean(), OptionalMean()
        self.lightness: dict[str, OptionalMean] = defaultdict(OptionalMean)

    def add(self, row: ComparisonRow, photo_lightness: float) -> None:
        """Add the row of one photo, in which the skin's lightness is `photo_lightness`, 0 to 255."""
        self.photos += 1
        self.l2.add(row.steps[-1].metrics.l2)
        self.identity.add(row.steps[-1].metrics.identity)
        shown = [edit for edit in row.edits if edit.amount in SHOWN]
        changes = {_title(edit): edit.lightness for edit in sorted(shown, key=lambda edit: edit.amount != 0)}
        for title, lightness in changes.items():
            self.lightness[title].add(None if lightness is None else lightness - photo_lightness)

    def mean(self, group: str, everyone: "GroupSums") -> GroupMean:
        """Return the means so far."""
        l2, identity = self.l2.mean(), self.identity.mean()
        all_l2, all_identity = everyone.l2.mean(), everyone.identity.mean()
        assert l2 is not None
        return GroupMean(
            group,
            self.photos,
            l2,
            l2 / all_l2 if all_l2 else 1.0,
            identity,
            identity / all_identity if identity is not None and all_identity else None,
            {title: mean.mean() for title, mean in self.lightness.items()},
        )


class GroupReport:
    """Figures of every method by groups of people, who are judged by the stored small pictures of their photos."""

    def __init__(self, classifier: Classifier, store: RowStore) -> None:
        self._classifier = classifier
        self._store = store
        self._labels: dict[str, Mapping[str, float]] = {}
        self._sums: dict[str, dict[str, GroupSums]] = defaultdict(lambda: defaultdict(GroupSums))

    def add(self, row: ComparisonRow) -> None:
        """Add a row, unless it failed or its photo's picture is missing."""
        if not row.steps or not (labels := self._labels_of(row.photo)):
            return
        for group in GROUPS:
            if group.low <= labels[group.label] < group.high:
                self._sums[row.method][group.name].add(row, labels["skin-lightness"])

    def means(self, method: str) -> list[GroupMean]:
        """Return the means of a method's groups, in the order of `GROUPS`, without groups that have no photo."""
        sums = self._sums[method]
        present = [group.name for group in GROUPS if group.name in sums]
        return [sums[name].mean(name, sums[EVERYONE]) for name in present]

    def as_json(self, methods: Sequence[Method]) -> dict[str, list[dict[str, Any]]]:
        """Return the means of every method's groups as a JSON object."""
        return {method.name: [asdict(mean) for mean in self.means(method.name)] for method in methods}

    def as_markdown(self, methods: Sequence[Method]) -> str:
        """Return a table for every method in Markdown."""
        parts = ["## By groups", GROUPS_TEXT]
        for method in methods:
            if means := self.means(method.name):
                changes = means[0].lightness
                head = ["group", "photos", "L2", "ratio", "identity", "ratio", *changes]
                lines = [*(_line(mean, changes) for mean in means), _worst(means, changes)]
                parts += [f"### {method.title}", markdown_table(head, lines)]
        return "\n\n".join(parts) + "\n"

    def _labels_of(self, photo: str) -> Mapping[str, float]:
        """Return the labels of a photo; none where its picture is missing."""
        if photo not in self._labels:
            try:
                self._labels[photo] = self._classifier(read_photo(self._store.picture_path(photo)).pixels)
            except StudioError:
                self._labels[photo] = {}
        return self._labels[photo]


def _title(edit: EditRecord) -> str:
    """Return the title of an edit's column; an amount of 0 is the result itself."""
    return f"{edit.direction} {edit.amount:+.0f}" if edit.amount else "result"


def _line(mean: GroupMean, changes: Iterable[str]) -> list[str]:
    lightness = [_number(mean.lightness[title], "+.1f") for title in changes]
    ratios = _number(mean.l2_ratio, ".2f"), _number(mean.identity_ratio, ".2f")
    identity = _number(mean.identity, ".3f")
    return [mean.group, str(mean.photos), f"{mean.l2:.4f}", ratios[0], identity, ratios[1], *lightness]


def _worst(means: Sequence[GroupMean], changes: Iterable[str]) -> list[str]:
    """Return the line with the largest ratio, and the largest change up or down, of each column."""
    identities = [mean.identity_ratio for mean in means if mean.identity_ratio is not None]
    l2, identity = max(mean.l2_ratio for mean in means), max(identities, default=None)
    lightness = [
        max((change for mean in means if (change := mean.lightness[title]) is not None), key=abs, default=None)
        for title in changes
    ]
    cells = [_number(change, "+.1f") for change in lightness]
    return ["worst", "", "", f"{l2:.2f}", "", _number(identity, ".2f"), *cells]


def _number(value: float | None, form: str) -> str:
    return "-" if value is None else f"{value:{form}}"
