"""Pickled arrays from outside: read as data, and nothing in them runs."""

import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from hyperstyle.errors import StudioError
from hyperstyle.weights.arrays import read_arrays


class Mischief:
    """What runs a command when it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.marker}",)


def test_arrays_come_back_by_name(tmp_path: Path) -> None:
    path = tmp_path / "arrays.ckpt"
    kernel, bias = np.arange(6, dtype=np.float32).reshape(2, 3), np.ones(3, np.float32)
    path.write_bytes(pickle.dumps({"net": {"first": {"kernel": kernel, "bias": bias}}}, protocol=3))
    arrays = read_arrays(path)
    assert arrays.keys() == {"net.first.kernel", "net.first.bias"}
    assert np.array_equal(arrays["net.first.kernel"], kernel)
    assert np.array_equal(arrays["net.first.bias"], bias)


@pytest.mark.parametrize("wrap", [lambda evil: evil, lambda evil: {"a": {"b": evil}}, lambda evil: [evil]])
def test_a_pickle_that_would_run_something_is_refused(tmp_path: Path, wrap: type) -> None:
    path, marker = tmp_path / "arrays.ckpt", tmp_path / "ran"
    path.write_bytes(pickle.dumps(wrap(Mischief(marker))))
    with pytest.raises(StudioError, match="asks for"):
        read_arrays(path)
    assert not marker.exists()


def test_what_is_no_array_and_what_is_cut_off_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "arrays.ckpt"
    path.write_bytes(pickle.dumps({"a": "text"}))
    with pytest.raises(StudioError, match="str where arrays belong"):
        read_arrays(path)
    path.write_bytes(pickle.dumps({"a": np.ones(1000, np.float32)})[:-50])
    with pytest.raises(StudioError, match="damaged"):
        read_arrays(path)
