"""The command line as a script calls it: exit status, one line of error, files written whole."""

import json
from pathlib import Path

import pytest

from tests.cli.program import hyperstyle, within
from tests.weights_at_hand import weight_file


@pytest.mark.parametrize(
    "arguments",
    [("bench", "--domain", "horses"), ("weights", "get", "horses"), ("weights", "convert", "one.pt"), ("nothing",)],
    ids=" ".join,
)
def test_wrong_usage_is_status_2_without_a_traceback(arguments: tuple[str, ...]) -> None:
    answer = within(*arguments)
    assert answer.returncode == 2
    assert "Traceback" not in answer.stderr
    assert arguments[-1] in answer.stderr or "file to write" in answer.stderr


def test_a_failure_is_one_line_and_status_1(tmp_path: Path) -> None:
    answer = hyperstyle("weights", "check", tmp_path, "--against", tmp_path / "expected.npz")
    assert answer.returncode == 1
    assert len(answer.stderr.strip().splitlines()) == 1
    assert "hyperstyle.pt" in answer.stderr


def test_weights_list_names_every_domain() -> None:
    answer = hyperstyle("weights", "list")
    assert answer.returncode == 0
    assert [line for line in answer.stdout.splitlines() if line.startswith(("faces-lite:", "faces:", "cars:", "wild:"))]


def test_bench_times_every_part_and_says_whose_weights(tmp_path: Path) -> None:
    weight_file("random-face-synthesis-bin")
    weight_file("dlib-landmarks")
    report = tmp_path / "bench.json"
    answer = hyperstyle("bench", "--domain", "faces-lite", "--runs", "1", "--report", report)
    assert answer.returncode == 0, answer.stderr
    figures = json.loads(report.read_text())
    assert figures["gflops"] > 1
    timings = {timing["part"]: timing for timing in figures["timings"]}
    assert {"detect", "align", "encoder", "hypernetwork step", "generator"} <= set(timings)
    assert all(timing["seconds"] > 0 for timing in timings.values())
    assert timings["generator"]["weights"] == "trained"
