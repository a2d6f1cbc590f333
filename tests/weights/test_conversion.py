"""Our own files made from published ones: exact, complete, small in memory, and all or nothing."""

import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from hyperstyle.errors import StudioError
from hyperstyle.networks.published_models import HyperStyleModel
from hyperstyle.networks.stylegan2 import StyleGan2
from hyperstyle.weights import conversion
from hyperstyle.weights.model_loading import load
from tests.weights import published_files as files
from tests.weights.reference import reference_files

CONVERT = """
import re, resource, sys
from pathlib import Path
import torch
from hyperstyle.weights.conversion import convert
*published, out, dtype, limit = sys.argv[1:]

def peak():
    # The peak that getrusage knows is, on Linux, at least that of the process this one was started from.
    return int(re.search(r"VmHWM:\\s*(\\d+) kB", Path("/proc/self/status").read_text())[1]) * 1024

imported = peak()
if int(limit):
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
convert([Path(path) for path in published], Path(out), getattr(torch, dtype))
# Torch alone takes more than the allowance where it is built for CUDA; what converting adds to that counts then.
print(peak() - max(300_000_000, imported + 100_000_000))
"""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return files.saved(
        tmp_path_factory.mktemp("published"),
        hyperstyle=files.content_of_hyperstyle(256, "16,18", "SharedWeightsHyperNetResNet", "cars_hypernet"),
        w_encoder=files.content_of_w_encoder(256),
    )


def in_another_process(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", CONVERT, *map(str, arguments)]
    root = Path(__file__).resolve().parents[2]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=root)


@pytest.fixture(scope="module")
def converted(published: list[Path]) -> Path:
    out = published[0].with_name("exact.safetensors")
    conversion.convert(published, out, torch.float32)
    return out


def test_32_bits_keep_everything(published: list[Path], converted: Path) -> None:
    before, after = load(HyperStyleModel, *published), load(HyperStyleModel, converted)
    assert after.options == before.options
    expected = before.state_dict()
    assert after.state_dict().keys() == expected.keys()
    assert all(torch.equal(tensor, expected[name]) for name, tensor in after.state_dict().items())


def test_the_metadata_say_what_it_is_and_where_it_comes_from(published: list[Path], converted: Path) -> None:
    with safe_open(converted, framework="pt") as file:
        metadata = file.metadata()
    assert metadata["kind"] == "hyperstyle"
    assert json.loads(metadata["options"])["dataset_type"] == "cars_hypernet"
    assert json.loads(metadata["origin"]) == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in published
    }


def test_tensors_that_a_file_repeats_are_written_once(published: list[Path], converted: Path) -> None:
    numbers = sum(tensor.numel() for tensor in load(HyperStyleModel, *published).state_dict().values())
    assert converted.stat().st_size < 4 * numbers + 300_000


def test_16_bits_hold_matrices_and_leave_vectors(published: list[Path], converted: Path) -> None:
    out = published[0].with_name("half.safetensors")
    conversion.convert(published, out, torch.float16)
    exact, halved = load_file(converted), load_file(out)
    for name, tensor in halved.items():
        assert tensor.dtype == (torch.float16 if exact[name].ndim > 1 else exact[name].dtype)
        torch.testing.assert_close(tensor.float(), exact[name].float(), rtol=1e-3, atol=1e-6)
    photo = torch.rand(1, 3, 192, 256) * 2 - 1
    expected = load(HyperStyleModel, converted)
    model = load(HyperStyleModel, out)
    codes = expected.encode(photo)
    torch.testing.assert_close(model.encode(photo), codes, rtol=0.02, atol=0.02)
    for layer, offset in expected.hypernetwork(photo, photo).items():
        found = model.hypernetwork(photo, photo)[layer]
        assert (found - offset).abs().max() < 0.02 * offset.std()


def test_a_generator_alone_can_be_converted(tmp_path: Path) -> None:
    paths = files.saved(tmp_path, g_ema=files.content_of_generator(256))
    out = tmp_path / "generator.safetensors"
    conversion.convert(paths, out)
    expected = load(StyleGan2, *paths).state_dict()
    assert all(torch.equal(tensor, expected[name]) for name, tensor in load(StyleGan2, out).state_dict().items())


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_memory_stays_within_the_files_size_and_300_mb(tmp_path: Path, dtype: str) -> None:
    content = files.content_of_generator(256)
    dense = {name: tensor.contiguous() for name, tensor in content["g_ema"].items()}
    (path,) = files.saved(tmp_path, g_ema=content | {"g_ema": dense})
    process = in_another_process(path, tmp_path / "model.safetensors", dtype, 0)
    assert process.returncode == 0, process.stderr
    assert int(process.stdout) < path.stat().st_size


def test_a_disk_that_fills_up_leaves_nothing_and_is_said_in_a_sentence(published: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "model.safetensors"
    process = in_another_process(*published, out, "float32", 5_000_000)
    assert process.stderr.splitlines()[-1].endswith(f"StudioError: {out} cannot be written: File too large.")
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(published: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "model.safetensors"
    out.write_text("mine")
    with pytest.raises(StudioError, match="exists already"):
        conversion.convert(published, out)
    assert out.read_text() == "mine"
    with pytest.raises(StudioError, match="safetensors"):
        conversion.convert(published, tmp_path / "model.pt")
    with pytest.raises(StudioError, match="cannot be written"):
        conversion.convert(published, tmp_path / "no" / "folder.safetensors")


def test_numbers_beyond_16_bits_are_refused(tmp_path: Path) -> None:
    content = files.content_of_generator(256)
    content["g_ema"]["style.1.weight"] = torch.full((512, 512), 1e5)
    paths = files.saved(tmp_path, g_ema=content)
    with pytest.raises(StudioError, match=r"mapping\.0\.weight has numbers that 16 bits cannot hold"):
        conversion.convert(paths, tmp_path / "out.safetensors", torch.float16)
    assert list(tmp_path.iterdir()) == paths


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A converted file of the smallest generator there can be."""
    path = tmp_path_factory.mktemp("tiny") / "tiny.safetensors"
    metadata = {"kind": "generator", "options": json.dumps({"output_size": 4, "layers": []})}
    with path.open("wb") as file:
        conversion.write(file, dict(StyleGan2(4).state_dict()), metadata, torch.float32)
    return path


Change = Callable[[dict[str, torch.Tensor], dict[str, str]], object]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda tensors, _: tensors.pop("constant"), "lacks constant"),
        (lambda tensors, _: tensors.update(more=torch.zeros(1)), "holds more"),
        (lambda tensors, _: tensors.update(constant=torch.zeros(3)), r"constant of changed.* has shape \[3\]"),
        (lambda _, metadata: metadata.clear(), "not a model"),
        (lambda _, metadata: metadata.update(options='{"size": 3}'), "cannot be read"),
    ],
)
def test_a_changed_file_is_refused(tiny: Path, tmp_path: Path, change: Change, said: str) -> None:
    with safe_open(tiny, framework="pt") as file:
        metadata = dict(file.metadata())
    tensors = load_file(tiny)
    assert load(StyleGan2, tiny).size == 4
    change(tensors, metadata)
    save_file(tensors, tmp_path / "changed.safetensors", metadata)
    with pytest.raises(StudioError, match=said):
        conversion.read(tmp_path / "changed.safetensors")


def test_a_file_cut_short_is_refused(tiny: Path, tmp_path: Path) -> None:
    short = tmp_path / "short.safetensors"
    short.write_bytes(tiny.read_bytes()[:-100])
    for path in (short, tmp_path / "absent.safetensors"):
        with pytest.raises(StudioError, match="cannot be read as a converted model"):
            load(StyleGan2, path)


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_the_full_model_loads_twice_as_fast_and_converts_in_little_memory(
    shared: Path, tmp_path_factory: pytest.TempPathFactory, dtype: str
) -> None:
    published = reference_files(shared, "faces", tmp_path_factory)
    out = tmp_path_factory.mktemp("converted") / "faces.safetensors"
    process = in_another_process(*published, out, dtype, 0)
    assert process.returncode == 0, process.stderr
    assert int(process.stdout) < max(path.stat().st_size for path in published)
    before = seconds(lambda: [torch.load(path, weights_only=True) for path in published])
    assert seconds(lambda: load(HyperStyleModel, out)) < before / 2
    out.unlink()


def seconds(work: Callable[[], object]) -> float:
    """Of processor time, the least of three runs: other programs may be running."""
    figures = []
    for _ in range(3):
        start = time.process_time()
        work()
        figures.append(time.process_time() - start)
    return min(figures)
