"""Compares settings of OpenMP's waiting: `python -m tests.thread_waiting [--rounds 3]`.

Inversions on an idle machine, beside one busy process of low priority, and two at once. Each figure is the median of
all rounds; in a round every setting has its turn, and what it took is told at once. Nothing else should be running.
"""

import json
import os
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated

import typer

SETTINGS: Mapping[str, Mapping[str, str]] = {
    "spin 300000 (the library's own)": {"GOMP_SPINCOUNT": "300000"},
    "spin 30000": {"GOMP_SPINCOUNT": "30000"},
    "spin 10000": {"GOMP_SPINCOUNT": "10000"},
    "spin 3000": {"GOMP_SPINCOUNT": "3000"},
    "spin 1000": {"GOMP_SPINCOUNT": "1000"},
    "`OMP_WAIT_POLICY=passive`": {"OMP_WAIT_POLICY": "passive"},
}
INVERSIONS = 2
REFINEMENTS = 3  # the second one is the first without predictions
INVERT = f"""
import json, statistics
import hyperstyle
from hyperstyle.paths import EXAMPLES
studio = hyperstyle.load("faces-lite", device="cpu")
crop = studio.crop(EXAMPLES / "female_080.jpg")
studio.invert(crop, steps=1)
seconds = [[step.seconds for step in studio.steps(crop, steps={REFINEMENTS})] for _ in range({INVERSIONS})]
code = statistics.median(steps[0] for steps in seconds)
refinement = statistics.median(step for steps in seconds for step in steps[1:])
print(json.dumps([code, refinement]))
"""
NEIGHBOUR = "import os\nos.nice(10)\nwhile True: pass"


def main(rounds: Annotated[int, typer.Option(min=1)] = 3) -> None:
    """Print a table in Markdown: seconds for the code and for one refinement with its picture."""
    found: dict[str, dict[str, list[list[float]]]] = defaultdict(lambda: defaultdict(list))
    for _ in range(rounds):
        for name, setting in SETTINGS.items():
            found[name]["idle"] += seconds(setting)
            with neighbour():
                found[name]["neighbour"] += seconds(setting)
            found[name]["two"] += seconds(setting, 2)
            print(row(name, found[name]), file=sys.stderr)
    print("| setting | idle | one busy neighbour (nice 10) | two inversions at once |\n|---|---|---|---|")
    for name in SETTINGS:
        print(row(name, found[name]))


def row(name: str, found: Mapping[str, list[list[float]]]) -> str:
    """Return a setting's row of the table: medians of the code's and the refinement's seconds, for every column."""
    medians = ([statistics.median(part) for part in zip(*times, strict=True)] for times in found.values())
    return f"| {name} | " + " | ".join(f"{code:.2f}, {refinement:.2f}" for code, refinement in medians) + " |"


def seconds(setting: Mapping[str, str], count: int = 1) -> list[list[float]]:
    """Median seconds of the code and of a refinement, in each of `count` processes that run at once."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("OMP_", "GOMP_", "KMP_"))}
    command = [sys.executable, "-c", INVERT]
    running = [
        subprocess.Popen(command, env=environment | setting, stdout=subprocess.PIPE, text=True) for _ in range(count)
    ]
    return [json.loads(process.communicate()[0]) for process in running]


@contextmanager
def neighbour() -> Iterator[None]:
    """Another process that keeps one core busy."""
    process = subprocess.Popen([sys.executable, "-c", NEIGHBOUR])
    try:
        yield
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    typer.run(main)
