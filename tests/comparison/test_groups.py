"""A comparison's figures by groups of people."""

import json
from pathlib import Path

import numpy as np
import pytest

from hyperstyle.comparison.edit_trials import EditRecord
from hyperstyle.comparison.groups import EVERYONE, GROUPS, GroupMean, GroupReport
from hyperstyle.comparison.report import Report
from hyperstyle.comparison.rows import ComparisonRow, RowStore
from hyperstyle.domain_table import EMBEDDED
from hyperstyle.inversion.inversion import StepRecord
from hyperstyle.inversion.methods import METHODS
from hyperstyle.metrics.photo_metrics import Metrics
from hyperstyle.photo.reading import Photo, Pixels
from hyperstyle.photo.saving import save_photo

ALONE = METHODS["w-encoder"]


def classify(pixels: Pixels) -> dict[str, float]:
    """Labels of a grey picture: the darker, the older; nobody is feminine."""
    grey = float(pixels.mean())
    return {"skin-lightness": grey, "skin-tone": grey - 128, "age": 100 - grey / 2, "masculine": 0.0}


def row(store: RowStore, photo: str, grey: int, l2: float, identity: float | None, *changes: float) -> ComparisonRow:
    """The row of a grey photo, whose picture is lighter by `changes` at the edit's ends and without it."""
    pixels = np.full((256, 256, 3), grey, np.uint8)
    save_photo(store.picture_path(photo), pixels, Photo(pixels))
    amounts = (-5.0, 0.0, 5.0)  # a row without changes has none of them
    edits = [EditRecord("age", at, 40.0, 0.5, grey + change) for at, change in zip(amounts, changes, strict=False)]
    step = StepRecord(0, Metrics(l2, 0.2, 0.8, identity), 1.0)
    return ComparisonRow(photo, ALONE.name, (step,), edits=(EditRecord("age", -2.5, 40.0, 0.5, 0.0), *edits))


@pytest.fixture
def store(tmp_path: Path) -> RowStore:
    return RowStore(tmp_path / "photos")


@pytest.fixture
def groups(store: RowStore) -> GroupReport:
    """Return a report on two people with light skin, one with dark skin, and one whose picture is lost."""
    groups = GroupReport(classify, store)
    groups.add(row(store, "a", 200, 0.1, 0.3, -4, 1, 4))
    groups.add(row(store, "b", 180, 0.3, None, -2, 3, 2))
    groups.add(row(store, "c", 40, 0.5, 0.6, -12, -1, 6))
    groups.add(ComparisonRow("lost", ALONE.name, (StepRecord(0, Metrics(9, 9, 9, 9), 1),)))
    groups.add(ComparisonRow("failed", ALONE.name, (), "no face"))
    return groups


def test_every_photo_counts_in_its_groups_and_in_everyones(groups: GroupReport) -> None:
    photos = {mean.group: mean.photos for mean in groups.means(ALONE.name)}
    assert photos == {
        EVERYONE: 3,
        "light skin": 2,
        "dark skin": 1,
        "younger than 30": 2,
        "50 and older": 1,
        "masculine": 3,
    }
    assert list(photos) == [group.name for group in GROUPS if group.name in photos]


def test_groups_are_measured_against_everyone_and_skin_against_the_photo(groups: GroupReport) -> None:
    means = {mean.group: mean for mean in groups.means(ALONE.name)}
    light, dark = means["light skin"], means["dark skin"]
    assert (light.l2, light.l2_ratio) == (pytest.approx(0.2), pytest.approx(0.2 / 0.3))
    assert (light.identity, light.identity_ratio) == (0.3, pytest.approx(0.3 / 0.45))
    assert (dark.l2_ratio, dark.identity_ratio) == (pytest.approx(0.5 / 0.3), pytest.approx(0.6 / 0.45))
    assert light.lightness == pytest.approx({"result": 2, "age -5": -3, "age +5": 3}, abs=0.1)
    assert dark.lightness == pytest.approx({"result": -1, "age -5": -12, "age +5": 6}, abs=0.1)


def test_the_report_names_the_worst_group_of_every_column(groups: GroupReport, store: RowStore, tmp_path: Path) -> None:
    report = Report(EMBEDDED, [ALONE, METHODS["hyperstyle"]], store, groups)
    report.write(tmp_path)
    table = (tmp_path / "table.md").read_text()
    assert "| group | photos | L2 | ratio | identity | ratio | result | age -5 | age +5 |" in table
    assert "| dark skin | 1 | 0.5000 | 1.67 | 0.600 | 1.33 | -1.0 | -12.0 | +6.0 |" in table
    assert "| worst |  |  | 1.67 |  | 1.33 | +2.0 | -12.0 | +6.0 |" in table
    content = json.loads((tmp_path / "table.json").read_text())["groups"]
    assert [GroupMean(**entry) for entry in content[ALONE.name]] == groups.means(ALONE.name)
    assert content["hyperstyle"] == []


def test_rows_of_older_versions_have_no_lightness(groups: GroupReport, store: RowStore, tmp_path: Path) -> None:
    before = row(store, "d", 40, 0.5, 0.6)
    old = [EditRecord.from_json({"direction": "age", "amount": at, "label": 1, "identity": None}) for at in (-5, 0, 5)]
    alone = GroupReport(classify, store)
    alone.add(ComparisonRow("d", ALONE.name, before.steps, edits=tuple(old)))
    Report(EMBEDDED, [ALONE], store, alone).write(tmp_path)
    assert "| dark skin | 1 | 0.5000 | 1.00 | 0.600 | 1.00 | - | - | - |" in (tmp_path / "table.md").read_text()
    groups.add(ComparisonRow("d", ALONE.name, before.steps, edits=tuple(old)))
    means = {mean.group: mean for mean in groups.means(ALONE.name)}
    assert means["dark skin"].photos == 2
    assert means["dark skin"].lightness["result"] == pytest.approx(-1, abs=0.1)
