"""Pickles from outside are read as data: whatever they ask for, nothing runs and nothing is changed."""

import io
import os
import pickle
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from hyperstyle.errors import StudioError
from hyperstyle.weights import pickles, published_layouts
from tests.weights.nvidia_files import dumped, module


class Calling:
    """Calls something when it is unpickled."""

    def __init__(self, *call: Any) -> None:
        self.call = call

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return self.call[0], self.call[1:]


class Twisted:
    """An object of a class that only this file has, and that needs no call."""


def hidden_in_a_tensor(evil: object) -> Calling:
    """A tensor whose numbers are a checkpoint with more than numbers."""
    file = io.BytesIO()
    torch.save(evil, file, _use_new_zipfile_serialization=False)
    return Calling(torch.storage._load_from_bytes, file.getvalue())


@pytest.mark.parametrize("protocol", [3, 4])
@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda trace: Calling(os.system, f"touch {trace}"), "posix.system"),
        (lambda trace: Calling(eval, f"open({str(trace)!r}, 'w')"), "builtins.eval"),
        (lambda trace: Calling(exec, f"open({str(trace)!r}, 'w')"), "builtins.exec"),
        (lambda trace: Calling(getattr, trace, "touch"), "builtins.getattr"),
        (lambda trace: Calling(torch.load, str(trace)), "torch.serialization.load"),
        (lambda _: Calling(__import__, "antigravity"), "builtins.__import__"),
        (lambda _: Twisted(), "test_pickles.Twisted"),
        (lambda trace: hidden_in_a_tensor(Calling(os.system, f"touch {trace}")), "more than numbers"),
        (lambda _: hidden_in_a_tensor({"no": "storage"}), "a dict where the numbers of a tensor belong"),
    ],
)
def test_a_hostile_pickle_is_refused_in_one_sentence_and_runs_nothing(
    tmp_path: Path, make: Any, named: str, nested: bool, protocol: int
) -> None:
    trace = tmp_path / "trace"
    evil = make(trace)
    content = {"G_ema": module("Generator", {}, None, bias=[{"deep": (evil,)}])} if nested else evil
    path = dumped(tmp_path / "evil.pkl", content, protocol)
    with pytest.raises(StudioError) as caught:
        published_layouts.read(path)
    said = str(caught.value)
    assert said.startswith("evil.pkl was not read")
    assert named in said
    assert said.count("\n") == 0
    assert not trace.exists()
    assert "antigravity" not in sys.modules


@pytest.mark.parametrize("name", ["_utils _rebuild_tensor_v2", "storage _load_from_bytes"])
def test_a_pickle_cannot_change_the_functions_it_is_given(tmp_path: Path, name: str) -> None:
    path = tmp_path / "sly.pkl"
    # Asks for the function twice, and each time sets `mark` of what it got; the second time shows what is left.
    ask = b"ctorch." + name.replace(" ", "\n").encode() + b"\n"
    path.write_bytes(b"\x80\x02" + ask + b"N}X\x04\x00\x00\x00markK\x01s\x86b" + ask + b"\x86.")
    first, second = pickles.read(path)
    assert first.mark == 1
    assert not hasattr(second, "mark")


def test_what_weights_are_made_of_is_read(tmp_path: Path) -> None:
    halves = torch.arange(6.0).half()[1:].reshape(5, 1)
    content = {
        "array": np.arange(6, dtype=np.float64).reshape(2, 3),
        "number": np.float32(1.5),
        "tensors": [halves, torch.nn.Parameter(torch.ones(2, 3).t()), torch.tensor(7)],
        "plain": (None, True, 3, "text", b"bytes", {1, 2}),
    }
    found = pickles.read(dumped(tmp_path / "data.pkl", content, protocol=3))
    assert np.array_equal(found["array"], content["array"])
    assert found["number"] == 1.5
    assert found["plain"] == content["plain"]
    for tensor, expected in zip(found["tensors"], content["tensors"], strict=True):
        assert type(tensor) is torch.Tensor
        assert tensor.dtype == expected.dtype
        assert torch.equal(tensor, expected)


def test_objects_become_records_and_their_source_is_not_run(tmp_path: Path) -> None:
    record = pickles.read(dumped(tmp_path / "network.pkl", module("Generator", {"b4.const": torch.ones(2)}, 256)))
    assert record.name == "Generator"
    assert record.state["conv_clamp"] == 256
    assert torch.equal(record.state["_modules"]["b4"].state["_parameters"]["const"], torch.ones(2))


@pytest.mark.parametrize(
    "content", [b"", b"<html>not found</html>", pickle.dumps({"a": np.ones(1000)})[:-50], b"\x80\x04\x8e" + b"\xff" * 8]
)
def test_what_is_no_pickle_or_cut_short_is_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "page.pkl"
    path.write_bytes(content)
    with pytest.raises(StudioError, match=r"page\.pkl was not read: it is damaged, or not a pickle"):
        pickles.read(path)
    with pytest.raises(StudioError, match=r"absent\.pkl cannot be read"):
        pickles.read(tmp_path / "absent.pkl")
