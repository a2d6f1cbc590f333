"""Details of last pictures in a comparison, with a real model of small pictures and random weights."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch.nn import functional as F

from hyperstyle.comparison.comparing import compare
from hyperstyle.comparison.details import DetailEvaluator, Details
from hyperstyle.comparison.means import MethodSums
from hyperstyle.comparison.report import Report
from hyperstyle.comparison.rows import ComparisonRow, RowStore
from hyperstyle.inversion.inversion import StepRecord
from hyperstyle.inversion.methods import METHODS
from hyperstyle.inverter import InversionStep, Inverter
from hyperstyle.metrics.photo_metrics import Metrics
from hyperstyle.metrics.sharpness import sharpness
from hyperstyle.paths import EXAMPLES
from hyperstyle.photo.crop import Crop, crop_middle
from hyperstyle.photo.reading import Photo
from hyperstyle.photo.tensors import to_tensor
from hyperstyle.weights.lpips_loading import load_lpips_vgg
from tests.weights_at_hand import weight_file

ALONE = METHODS["w-encoder"]


@pytest.fixture(scope="module")
def evaluator(inverter: Inverter) -> DetailEvaluator:
    return DetailEvaluator(inverter, load_lpips_vgg(weight_file("lpips-vgg16")))


@pytest.fixture(scope="module")
def crop(inverter: Inverter) -> Crop:
    return inverter.crop(EXAMPLES / "female_080.jpg")


def step_of(inverter: Inverter, crop: Crop) -> InversionStep:
    (step,) = inverter.steps(crop, method=ALONE, steps=0)
    return step


def test_details_are_of_the_generators_own_size(inverter: Inverter, evaluator: DetailEvaluator, crop: Crop) -> None:
    step = step_of(inverter, crop)
    picture, photo = to_tensor(step.pixels), to_tensor(crop.pixels(64, 64))
    details = evaluator(crop, step)
    assert details.full_l2 == pytest.approx(F.mse_loss(picture, photo).item())
    assert details.full_lpips == pytest.approx(inverter.evaluator.lpips(picture, photo).item())
    assert details.sharpness == pytest.approx(sharpness(picture[0], photo[0]))
    assert details.nscd == pytest.approx(evaluator.code_distance(step.inversion.codes).item())
    assert details.lpips_vgg > 0.1


def test_a_perfect_inversion_is_as_near_and_as_sharp_as_can_be(
    inverter: Inverter, evaluator: DetailEvaluator, crop: Crop
) -> None:
    details = evaluator(crop, replace(step_of(inverter, crop), pixels=crop.pixels(256, 256)))
    assert (details.full_l2, details.full_lpips, details.lpips_vgg) == (0, 0, pytest.approx(0, abs=1e-6))
    assert details.sharpness == pytest.approx(1)


def test_a_small_photo_is_told_by_its_crop() -> None:
    crop = crop_middle(Photo(torch.zeros(100, 150, 3, dtype=torch.uint8).numpy()))
    assert crop.resolution(400, 400) == pytest.approx(0.25)
    assert crop.resolution(50, 50) == pytest.approx(2)


def test_details_are_kept_resumed_and_reported_and_older_rows_do_without(
    inverter: Inverter, evaluator: DetailEvaluator, tmp_path: Path
) -> None:
    photos = {name: Path(shutil.copy(EXAMPLES / f"{name}.jpg", tmp_path)) for name in ("female_080", "male_090")}
    store = RowStore(tmp_path / "photos")
    first, second = [progress.row for progress in compare(inverter, photos, [ALONE], store, details=evaluator)]
    assert first.details
    assert second.details
    assert [progress.row for progress in compare(inverter, photos, [ALONE], store)] == [first, second]
    report = Report(inverter.domain, [ALONE], store, own_nscd=0.0625)
    report.add(first)
    report.write(tmp_path)
    table = (tmp_path / "table.md").read_text()
    figures = [first.details.lpips_vgg, first.details.full_l2, first.details.full_lpips]
    assert f"| W-encoder alone | {' | '.join(f'{figure:.4f}' for figure in figures)} |" in table
    assert "these themselves have 0.0625." in table
    assert json.loads((tmp_path / "table.json").read_text())["methods"][0]["details"]["nscd"] == first.details.nscd

    file = tmp_path / "photos" / "male_090" / "w-encoder.json"
    content = json.loads(file.read_text())
    del content["details"]
    file.write_text(json.dumps(content))  # as older versions wrote it
    resumed = [progress.row for progress in compare(inverter, photos, [ALONE], store, details=evaluator)]
    assert resumed == [first, replace(second, details=None)]
    report.add(resumed[1])
    report.write(tmp_path)
    assert f"| W-encoder alone | {figures[0]:.4f} (1 of 2) |" in (tmp_path / "table.md").read_text()


def test_a_comparison_without_details_has_no_table_of_them(tmp_path: Path, inverter: Inverter) -> None:
    Report(inverter.domain, [ALONE], RowStore(tmp_path / "photos")).write(tmp_path)
    assert "NSCD" not in (tmp_path / "table.md").read_text()
    assert set(json.loads((tmp_path / "table.json").read_text())["methods"][0]["details"]) == set(
        Details.__dataclass_fields__
    )


def test_the_mean_sharpness_is_no_single_soft_photos() -> None:
    sums = MethodSums()
    step = StepRecord(0, Metrics(0.1, 0.2, 0.8, None), 1.0)
    for photo, ratio in (("a", 0.25), ("b", 0.25), ("c", 16.0)):
        sums.add(ComparisonRow(photo, ALONE.name, (step,), details=Details(0.1, 0.1, 0.1, ratio, 0.1)))
    assert sums.details["sharpness"].mean() == pytest.approx(1)
    assert sums.details["nscd"].mean() == pytest.approx(0.1)
