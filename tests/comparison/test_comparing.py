"""Every method on every photo, with a real model of small pictures and random weights."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from torch import Tensor

from hyperstyle.comparison.arcface_distance import ArcFaceDistance
from hyperstyle.comparison.comparing import ComparisonProgress, compare
from hyperstyle.comparison.means import MethodSums
from hyperstyle.comparison.report import Report
from hyperstyle.comparison.rows import ComparisonRow, RowStore
from hyperstyle.comparison.table import as_markdown
from hyperstyle.comparison.time_left import TimeLeft
from hyperstyle.inversion.hyperstyle import Model
from hyperstyle.inversion.inversion import StepRecord
from hyperstyle.inversion.methods import METHODS, Method
from hyperstyle.inversion.step import Step
from hyperstyle.inverter import Inverter
from hyperstyle.metrics.arcface import ArcFaceNetwork
from hyperstyle.metrics.photo_metrics import Metrics
from hyperstyle.paths import EXAMPLES
from hyperstyle.photo.reading import Photo, read_photo
from hyperstyle.photo.saving import save_photo
from tests.weights_at_hand import weight_file

TWO_STEPS = Method("hyperstyle", "HyperStyle", METHODS["hyperstyle"].run, steps=2)
ALONE = METHODS["w-encoder"]


def record(index: int, l2: float, seconds: float, identity: float | None = 0.5) -> StepRecord:
    return StepRecord(index, Metrics(l2, 0.2, 0.8, identity), seconds)


@pytest.fixture
def photos(tmp_path: Path) -> dict[str, Path]:
    """Two photos of people and a file that is none."""
    folder = tmp_path / "in"
    folder.mkdir()
    photos = {name: Path(shutil.copy(EXAMPLES / f"{name}.jpg", folder)) for name in ("female_080", "male_090")}
    photos["torn"] = folder / "torn.jpg"
    photos["torn"].write_bytes((EXAMPLES / "male_095.jpg").read_bytes()[:300])
    return photos


def rows_of(progress: list[ComparisonProgress]) -> list[ComparisonRow]:
    return [each.row for each in progress]


def test_a_comparison_is_resumed_and_a_failure_is_a_row(
    inverter: Inverter, photos: dict[str, Path], tmp_path: Path
) -> None:
    store = RowStore(tmp_path / "out")
    stream = compare(inverter, photos, [ALONE, TWO_STEPS], store)
    begun = [next(stream) for _ in range(3)]
    stream.close()  # killed in the middle of a photo

    asked: list[int] = []
    hook = inverter.model.w_encoder.register_forward_hook(lambda *_: asked.append(1))
    everything = list(compare(inverter, photos, [ALONE, TWO_STEPS], store))
    assert len(asked) == 1  # the one that was not done; a torn photo is not even asked for
    again = list(compare(inverter, photos, [ALONE, TWO_STEPS], store))
    assert len(asked) == 1
    hook.remove()

    assert rows_of(everything)[:3] == rows_of(begun)
    assert rows_of(again) == rows_of(everything)
    assert [(row.photo, row.method) for row in rows_of(everything)] == [
        (name, method) for name in photos for method in ("w-encoder", "hyperstyle")
    ]
    assert [bool(row.error) for row in rows_of(everything)] == [False] * 4 + [True] * 2
    assert "damaged or incomplete" in everything[-1].row.error
    assert [each.done for each in everything] == [1, 2, 3, 4, 5, 6]
    assert everything[-1].seconds_left == 0
    assert begun[0].seconds_left is None  # a second method, which nobody has timed
    assert begun[1].seconds_left
    torn_first = compare(inverter, {"torn": photos["torn"], **photos}, [ALONE], RowStore(tmp_path / "torn first"))
    assert next(torn_first).seconds_left is None  # it took no time, which says nothing of those to come


def test_what_has_changed_is_made_again(inverter: Inverter, photos: dict[str, Path], tmp_path: Path) -> None:
    store, name = RowStore(tmp_path / "out"), "female_080"
    only = {name: photos[name]}
    (before,) = rows_of(list(compare(inverter, only, [ALONE], store)))
    shutil.copy(EXAMPLES / "male_095.jpg", photos[name])
    (after,) = rows_of(list(compare(inverter, only, [ALONE], store)))
    assert before.steps[0].metrics != after.steps[0].metrics
    (three,) = rows_of(list(compare(inverter, only, [TWO_STEPS], store)))
    assert len(three.steps) == 3
    fewer = Method(TWO_STEPS.name, TWO_STEPS.title, TWO_STEPS.run, steps=1)
    (two,) = rows_of(list(compare(inverter, only, [fewer], store)))
    assert len(two.steps) == 2


def test_a_method_that_breaks_ends_neither_the_run_nor_goes_unnoticed(
    inverter: Inverter, photos: dict[str, Path], tmp_path: Path
) -> None:
    def breaking(model: Model, photo: Tensor, steps: int) -> Iterator[Step]:
        yield from TWO_STEPS.run(model, photo, steps)
        raise RuntimeError("out of memory")

    def astray(model: Model, photo: Tensor, steps: int) -> Iterator[Step]:
        for step in TWO_STEPS.run(model, photo, steps):
            yield Step(step.index, step.picture / 0 * 0, step.codes, step.offsets)

    odd = [Method("breaking", "Breaking", breaking, 1), Method("astray", "Astray", astray, 1)]
    only = {"female_080": photos["female_080"]}
    broken, lost, fine = rows_of(list(compare(inverter, only, [*odd, ALONE], RowStore(tmp_path / "out"))))
    assert "out of memory" in broken.error
    assert "diverged in step 0" in lost.error
    assert fine.steps


def test_the_report_has_tables_curves_and_pictures(inverter: Inverter, photos: dict[str, Path], tmp_path: Path) -> None:
    store = RowStore(tmp_path / "photos")
    report = Report(inverter.domain, [ALONE, TWO_STEPS], store)
    for progress in compare(inverter, photos, [ALONE, TWO_STEPS], store):
        report.add(progress.row)
    report.write(tmp_path)

    table = json.loads((tmp_path / "table.json").read_text())
    alone, two = table["methods"]
    assert alone["last"]["photos"] == two["last"]["photos"] == 2
    assert [step["step"] for step in two["steps"]] == [0, 1, 2]
    assert two["last"] == two["steps"][-1]
    assert list(two["failed"]) == ["torn"]
    markdown = (tmp_path / "table.md").read_text()
    assert f"| HyperStyle | 2 of 3 | {two['last']['l2']:.4f} |" in markdown
    assert "| torn | W-encoder alone | The picture is damaged" in markdown
    for figure in ("l2", "lpips", "ms_ssim", "identity"):
        text = (tmp_path / f"curve-{figure}.svg").read_text()
        assert "HyperStyle" in "".join(ElementTree.fromstring(text).itertext())
        assert "src=" not in text
    sheet = read_photo(tmp_path / "strip.png").pixels
    assert sheet.shape[1] == 3 * 256
    assert sheet[24:536].std(axis=(0, 1)).min() > 1  # two photos and what became of them
    assert sheet[540:].std() == 0  # the torn one


@pytest.fixture
def network() -> ArcFaceNetwork:
    pytest.importorskip("onnx")
    return ArcFaceNetwork(weight_file("arcface-mobile"))


def test_arcface_tells_people_apart_by_the_pictures_that_are_kept(
    tmp_path: Path, inverter: Inverter, network: ArcFaceNetwork
) -> None:
    store, arcface = RowStore(tmp_path / "photos"), ArcFaceDistance(network)
    him, other = (inverter.crop(EXAMPLES / f"{name}.jpg").pixels(256, 256) for name in ("male_090", "male_095"))
    for method, pixels in {"photo": him, "w-encoder": other, "hyperstyle": (him * 0.8).astype(np.uint8)}.items():
        save_photo(store.picture_path("him", method), pixels, Photo(pixels))
    stranger, himself = (
        arcface.distance(store, ComparisonRow("him", method, ())) for method in ("w-encoder", "hyperstyle")
    )
    assert himself is not None
    assert stranger is not None
    assert himself < 0.1
    assert stranger > 0.5
    assert arcface.distance(store, ComparisonRow("her", "hyperstyle", ())) is None  # whose pictures were taken away


def test_arcface_judges_a_row_once_even_one_that_was_made_before(
    inverter: Inverter, photos: dict[str, Path], network: ArcFaceNetwork, tmp_path: Path
) -> None:
    store, arcface, only = RowStore(tmp_path / "out"), ArcFaceDistance(network), {"female_080": photos["female_080"]}
    calls: list[str] = []
    hooks = [
        network.register_forward_hook(lambda *_: calls.append("arcface")),
        inverter.model.w_encoder.register_forward_hook(lambda *_: calls.append("w-encoder")),
    ]
    (without,) = rows_of(list(compare(inverter, only, [ALONE], store)))
    file = tmp_path / "out" / "female_080" / "w-encoder.json"
    content = json.loads(file.read_text())
    assert content.pop("arcface") is None
    file.write_text(json.dumps(content))  # as it was written before there was ArcFace
    (judged,) = rows_of(list(compare(inverter, only, [ALONE], store, arcface=arcface)))
    assert judged == replace(without, arcface=judged.arcface)
    assert judged.arcface is not None
    assert calls == ["w-encoder", "arcface", "arcface"]  # the photo's face and the one that was made of it

    assert rows_of(list(compare(inverter, only, [ALONE], store, arcface=arcface))) == [judged]
    assert rows_of(list(compare(inverter, only, [ALONE], store))) == [judged]
    assert len(calls) == 3
    for hook in hooks:
        hook.remove()


def test_what_arcface_says_stands_beside_the_other_identity(tmp_path: Path, inverter: Inverter) -> None:
    report = Report(inverter.domain, [ALONE], RowStore(tmp_path / "photos"))
    report.add(ComparisonRow("him", "w-encoder", (record(0, 0.1, 1.0),), arcface=0.3))
    report.write(tmp_path)
    markdown = (tmp_path / "table.md").read_text()
    assert "| MS-SSIM ↑ | identity ↓ | ArcFace ↓ | seconds ↓ |" in markdown
    assert "| 0.800 | 0.500 | 0.300 | 1.00 |" in markdown
    report.add(ComparisonRow("her", "w-encoder", (record(0, 0.1, 1.0),)))
    report.write(tmp_path)
    assert "| 0.300 (1 of 2) |" in (tmp_path / "table.md").read_text()

    without = Report(inverter.domain, [ALONE], RowStore(tmp_path / "photos"))
    without.add(ComparisonRow("him", "w-encoder", (record(0, 0.1, 1.0),)))
    without.write(tmp_path)
    assert "ArcFace" not in (tmp_path / "table.md").read_text()


def test_a_report_of_nothing_but_failures_says_so(tmp_path: Path, inverter: Inverter) -> None:
    report = Report(inverter.domain, [ALONE], RowStore(tmp_path / "photos"))
    report.add(ComparisonRow("torn", "w-encoder", (), "it is | torn"))
    report.write(tmp_path)
    assert "| W-encoder alone | 0 of 1 | - |" in (tmp_path / "table.md").read_text()
    assert json.loads((tmp_path / "table.json").read_text())["methods"][0]["last"] is None


def test_means_go_over_what_there_is() -> None:
    sums = MethodSums()
    sums.add(ComparisonRow("a", "m", (record(0, 0.4, 1.0), record(1, 0.2, 2.0))))
    sums.add(ComparisonRow("b", "m", (record(0, 0.2, 3.0, identity=None), record(1, 0.1, 4.0, identity=0.3))))
    sums.add(ComparisonRow("c", "m", (), "no face"))
    first, second = sums.steps()
    assert (first.photos, first.l2, first.identity, first.identities, first.seconds) == (
        2,
        pytest.approx(0.3),
        0.5,
        1,
        2,
    )
    assert (second.l2, second.identity, second.seconds) == (pytest.approx(0.15), pytest.approx(0.4), 5)
    assert sums.last() == second
    text = as_markdown("title", [ALONE], {ALONE.name: sums})
    assert "| W-encoder alone | 0 | 0.3000 | 0.200 | 0.800 | 0.500 (1 of 2) | 2.00 |" in text
    assert "| c | W-encoder alone | no face |" in text


def test_long_methods_are_shown_from_beginning_to_end_in_a_few_lines() -> None:
    sums = MethodSums()
    sums.add(ComparisonRow("a", "m", tuple(record(index, 1 / (1 + index), 1.0) for index in range(101))))
    lines = as_markdown("title", [ALONE], {ALONE.name: sums}).split("## Step by step")[1].splitlines()
    steps = [line.split(" | ")[1] for line in lines if line.startswith("| W-encoder")]
    assert steps[0] == "0"
    assert steps[-1] == "100"
    assert len(steps) == 10


def test_the_time_left_knows_slow_methods_from_fast_ones() -> None:
    left = TimeLeft(10, ["fast", "slow"])
    left.finish("fast", 1.0)
    assert left.seconds() is None
    left.finish("slow", 60.0)
    assert left.seconds() == 9 * 61
    left.finish("slow", None)
    left.finish("slow", 80.0)
    assert left.seconds() == 9 * 1 + 7 * 70
