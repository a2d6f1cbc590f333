"""The one decision where networks run."""

import re
from pathlib import Path

import pytest
import torch

from hyperstyle.device import DEVICE_VARIABLE, choose_device, describe_device, fast_dtype
from hyperstyle.domain_table import DOMAINS
from hyperstyle.errors import StudioError
from hyperstyle.inverter import Inverter
from hyperstyle.web import engine as engine_module
from hyperstyle.web.engine import Engine
from tests.cli.program import within

ROOT = Path(__file__).resolve().parents[1]
EMBEDDED, FACES = DOMAINS["faces-lite"], DOMAINS["faces"]
PHOTO = ROOT / "examples" / "male_090.jpg"


@pytest.fixture
def two_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that says it has two GPUs; nothing may be moved to them."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: (8, 6))
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda _: "NVIDIA A10G")
    monkeypatch.delenv(DEVICE_VARIABLE, raising=False)


@pytest.fixture
def opened_on(monkeypatch: pytest.MonkeyPatch) -> list[torch.device]:
    """The devices that domains are to be opened on; none is opened."""
    devices: list[torch.device] = []

    def refuse(_: object, device: torch.device) -> Inverter:
        devices.append(device)
        raise StudioError("not opened")

    monkeypatch.setattr(Inverter, "load", refuse)
    return devices


@pytest.mark.usefixtures("two_gpus")
def test_the_default_of_the_command_line_is_cuda(opened_on: list[torch.device], tmp_path: Path) -> None:
    assert "not opened" in within("invert", PHOTO, "--out", tmp_path).stderr
    assert "not opened" in within("invert", PHOTO, "--out", tmp_path, "--device", "cpu").stderr
    assert opened_on == [torch.device("cuda"), torch.device("cpu")]


@pytest.mark.usefixtures("two_gpus")
def test_the_default_of_the_page_is_cuda(opened_on: list[torch.device]) -> None:
    page = Engine([EMBEDDED], load_inverter=Inverter.load)
    with pytest.raises(StudioError, match="not opened"):
        page.inverter(EMBEDDED.name)
    assert page.device == torch.device("cuda")
    assert opened_on == [torch.device("cuda")]


@pytest.mark.usefixtures("two_gpus")
@pytest.mark.parametrize(
    ("option", "variable", "expected"),
    [(None, "cuda:1", "cuda:1"), ("cpu", "cuda:1", "cpu"), ("cuda:0", None, "cuda:0")],
)
def test_the_option_counts_before_the_variable_and_that_before_the_best(
    option: str | None, variable: str | None, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if variable:
        monkeypatch.setenv(DEVICE_VARIABLE, variable)
    assert choose_device(option) == torch.device(expected)


@pytest.mark.usefixtures("two_gpus")
@pytest.mark.parametrize("wrong", ["cuda:2", "mps", "gpu", "meta"])
def test_a_device_that_is_not_there_is_told_with_those_that_are(wrong: str, tmp_path: Path) -> None:
    with pytest.raises(StudioError, match=f"no device '{wrong}' .* choose one of cuda:0, cuda:1, cpu"):
        choose_device(wrong)
    answer = within("invert", PHOTO, "--out", tmp_path, "--device", wrong)
    assert answer.returncode == 2
    assert "cuda:0, cuda:1, cpu" in answer.stderr


@pytest.mark.usefixtures("two_gpus")
def test_precision_follows_the_device_that_is_used_and_not_the_one_that_exists(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda: False, raising=False)
    cuda, cpu = torch.device("cuda"), torch.device("cpu")
    assert (fast_dtype(cuda), fast_dtype(cpu)) == (torch.bfloat16, torch.float32)
    assert describe_device(cuda) == "NVIDIA A10G (cuda), bfloat16"
    assert describe_device(cpu) == "CPU, float32"
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: (7, 5))
    assert fast_dtype(cuda) is torch.float32


def test_only_the_decision_asks_whether_there_is_a_gpu() -> None:
    asking = re.compile(r"cuda\.is_available|device_count|\.is_cuda|mps\.is_available")
    files = [
        path
        for path in [ROOT / "app.py", *(ROOT / "hyperstyle").rglob("*.py")]
        if "training" not in path.parts and asking.search(path.read_text(encoding="utf-8"))
    ]
    assert [path.name for path in files] == ["device.py"]


@pytest.mark.parametrize(("device", "first"), [("cuda", "faces"), ("cpu", "faces-lite")])
@pytest.mark.usefixtures("two_gpus")
def test_the_first_full_domain_at_hand_is_shown_first_where_there_is_a_gpu(
    device: str, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = {EMBEDDED.name, FACES.name, "wild"}
    monkeypatch.setattr(engine_module, "is_at_hand", lambda domain: domain.name in here)
    opened: list[str] = []

    def note(domain: object, _: torch.device) -> Inverter:
        opened.append(domain.name)
        raise StudioError("not opened")

    page = Engine(device=device, load_inverter=note)
    assert page.first == first
    page.start()
    page._loader.shutdown()
    assert opened == (["faces-lite", "faces", "wild"] if device == "cuda" else ["faces-lite"])
