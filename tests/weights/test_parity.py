"""The comparison with answers of the published code, and, at full size, those answers themselves."""

from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from hyperstyle.errors import StudioError
from hyperstyle.inversion.hyperstyle import invert
from hyperstyle.networks.published_models import HyperStyleModel
from hyperstyle.weights import parity
from hyperstyle.weights.model_loading import load
from tests.weights import published_files as files
from tests.weights.reference import reference_files

Arrays = dict[str, np.ndarray]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files of a small model."""
    path = tmp_path_factory.mktemp("model")
    files.saved(
        path,
        hyperstyle=files.content_of_hyperstyle(256, "4,14,15", "SharedWeightsHyperNetResNet"),
        w_encoder=files.content_of_w_encoder(256),
    )
    return path


@pytest.fixture(scope="module")
def expected(folder: Path) -> Arrays:
    """What that model answers, worked out here."""
    model = load(HyperStyleModel, folder / "hyperstyle.pt", folder / "w_encoder.pt")
    arrays: dict[str, torch.Tensor] = {}
    noise = np.random.default_rng(7).standard_normal((1, 3, 16, 16)).astype(np.float32)
    photo = F.interpolate(torch.from_numpy(noise), (256, 256), mode="bilinear", align_corners=False).clamp(-1, 1)
    for step in invert(model, photo, steps=1):
        pooled = F.avg_pool2d(step.picture, 4)[0]
        if step.index == 0:
            arrays |= {"codes": step.codes[0, 0], "initial_uncropped": pooled}
        else:
            arrays |= {f"image_{step.index}": pooled, f"latent_{step.index}": step.codes[0, 0]}
            arrays[f"delta_{step.index}_14"] = step.offsets[14][0, :8, :8].repeat(1, 1, 3, 3)
            arrays[f"delta_{step.index}_4"] = step.offsets[4][0, :8, :8]
    return {name: array.numpy() for name, array in arrays.items()}


def checked(folder: Path, tmp_path: Path, arrays: Arrays) -> dict[str, parity.Agreement]:
    path = tmp_path / "expected.npz"
    np.savez(path, **arrays)
    return {agreement.name: agreement for agreement in parity.check(folder, path, torch.device("cpu"))}


def test_every_expected_array_is_compared(folder: Path, tmp_path: Path, expected: Arrays) -> None:
    found = checked(folder, tmp_path, expected)
    assert found.keys() == expected.keys()
    assert all(agreement.holds for agreement in found.values())


def test_the_difference_is_the_largest_over_the_spread(folder: Path, tmp_path: Path, expected: Arrays) -> None:
    moved = expected["image_1"].copy()
    moved[1, 30, 40] += 0.5 * moved.std()
    lost = np.full_like(expected["delta_1_14"], np.nan)
    found = checked(folder, tmp_path, expected | {"image_1": moved, "delta_1_14": lost})
    assert found["image_1"].difference == pytest.approx(0.5, rel=0.01)
    assert {name for name, agreement in found.items() if not agreement.holds} == {"image_1", "delta_1_14"}


def test_an_array_without_an_answer_is_an_error(folder: Path, tmp_path: Path, expected: Arrays) -> None:
    with pytest.raises(StudioError, match="delta_1_9"):
        checked(folder, tmp_path, expected | {"delta_1_9": np.ones((8, 8, 3, 3), np.float32)})
    with pytest.raises(StudioError, match=r"codes has shape \[512\]"):
        checked(folder, tmp_path, expected | {"codes": np.ones(256, np.float32)})


def test_what_cannot_be_compared_is_said(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(StudioError, match=r"hyperstyle.pt and w_encoder.pt or restyle.pt"):
        list(parity.check(tmp_path, tmp_path / "expected.npz", torch.device("cpu")))
    (tmp_path / "text.npz").write_text("no arrays")
    for name in ("text.npz", "absent.npz"):
        with pytest.raises(StudioError, match="cannot be read as a file of expected arrays"):
            list(parity.check(folder, tmp_path / name, torch.device("cpu")))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "answers"),
    [
        ("faces", "faces"),
        ("faces", "stylespace"),
        ("cars", "cars"),
        ("restyle", "restyle"),
        ("hyperinverter", "hyperinverter"),
    ],
)
def test_the_published_code_answers_alike(
    shared: Path, tmp_path_factory: pytest.TempPathFactory, model: str, answers: str
) -> None:
    folder = reference_files(shared, model, tmp_path_factory)[0].parent
    found = list(parity.check(folder, shared / "reference" / answers / "expected.npz", torch.device("cpu")))
    assert {agreement.name: agreement.difference for agreement in found if not agreement.holds} == {}
