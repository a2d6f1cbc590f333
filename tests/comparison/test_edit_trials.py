"""Edits in a comparison, with a real model of small pictures and random weights."""

import json
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest
import torch

from hyperstyle.comparison.comparing import compare
from hyperstyle.comparison.edit_trials import AMOUNTS, EditTrials
from hyperstyle.comparison.report import Report
from hyperstyle.comparison.rows import RowStore
from hyperstyle.editing.directions import Direction
from hyperstyle.inversion.methods import METHODS, Method
from hyperstyle.inverter import Inverter
from hyperstyle.paths import EXAMPLES
from hyperstyle.photo.reading import Pixels
from tests.small_models import small_inverter

METHODS_TRIED = [METHODS["w-encoder"], Method("hyperstyle", "HyperStyle", METHODS["hyperstyle"].run, steps=1)]


LIGHT = Direction(
    *("light", "Light", "darker", "lighter"),
    torch.randn(512, generator=torch.Generator().manual_seed(3)),
    styles=(0, 10),
    reach=20,
)


@pytest.fixture(scope="module")
def inverter() -> Inverter:
    """One with a direction to try."""
    return small_inverter({"light": LIGHT})


@pytest.fixture
def trials() -> EditTrials:
    def classify(pixels: Pixels) -> dict[str, float]:
        return {"light": float(pixels.mean()), "skin-lightness": float(pixels.max())}

    return EditTrials([LIGHT], classify)


def test_edits_are_kept_resumed_and_reported(inverter: Inverter, trials: EditTrials, tmp_path: Path) -> None:
    photos = {"one": Path(shutil.copy(EXAMPLES / "female_080.jpg", tmp_path))}
    store = RowStore(tmp_path / "photos")
    report = Report(inverter.domain, METHODS_TRIED, store)
    made = [progress.row for progress in compare(inverter, photos, METHODS_TRIED, store, trials)]
    for row in made:
        report.add(row)
        assert [edit.amount for edit in row.edits] == list(AMOUNTS)
        assert len({edit.label for edit in row.edits}) == len(AMOUNTS)
        assert all(edit.lightness and edit.lightness > edit.label for edit in row.edits)
    found = [progress.row for progress in compare(inverter, photos, METHODS_TRIED, store, trials)]
    assert found == made
    report.write(tmp_path)

    alone = json.loads((tmp_path / "table.json").read_text())["methods"][0]
    assert [edit["label"] for edit in alone["edits"]] == [edit.label for edit in made[0].edits]
    lines = (tmp_path / "table.md").read_text().splitlines()
    (of_encoder,) = [line for line in lines if line.startswith("| W-encoder alone | light")]
    assert "| 100% |" in of_encoder
    ElementTree.parse(tmp_path / "curve-edit-light.svg")


def test_rows_without_edits_do_not_do_where_edits_are_asked_for_and_others_are_not_lost(
    inverter: Inverter, trials: EditTrials, tmp_path: Path
) -> None:
    photos = {"one": Path(shutil.copy(EXAMPLES / "female_080.jpg", tmp_path))}
    store = RowStore(tmp_path / "photos")
    (plain,) = [progress.row for progress in compare(inverter, photos, METHODS_TRIED[:1], store)]
    assert not plain.edits
    (moved,) = [progress.row for progress in compare(inverter, photos, METHODS_TRIED[:1], store, trials)]
    assert moved.edits
    assert [progress.row for progress in compare(inverter, photos, METHODS_TRIED[:1], store)] == [moved]
