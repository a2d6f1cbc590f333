"""What only a machine with a GPU can show: `python -m tests.on_gpu [--device cuda] [--out TABLE.md]`.

Every method of the embedded model against the CPU in fp32, the seconds and the memory that it takes in the precision
that is fast on the device, and ten visitors who move sliders at once. The exit status is 1 where an answer differs by
more than `TOLERANCE`.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from hyperstyle.benchmark import largest_difference, median_seconds, peak_memory
from hyperstyle.device import choose_device, describe_device
from hyperstyle.domain_table import EMBEDDED
from hyperstyle.editing.edits import Edits
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.inversion.methods import Method, methods_of
from hyperstyle.networks.embedded_model import EmbeddedModel
from hyperstyle.photo.quads import fitted_quad
from hyperstyle.web.engine import Engine
from hyperstyle.weights.embedded_loading import load_embedded_model
from hyperstyle.weights.model_loading import placed

TOLERANCE = 1e-3
"""Of the picture after `STEPS` steps in fp32, over its standard deviation."""
STEPS = 2
"""In which parity is looked at; with more of them rounding grows, on any device."""
VISITORS = 10
RUNS = 3


@dataclass(frozen=True)
class Row:
    """A method on the device."""

    title: str
    difference: float
    """From the CPU in fp32."""
    seconds: float
    """Of the whole inversion with the method's usual steps."""
    steps: int
    memory: float
    """Megabytes at the peak."""


def last_picture(model: EmbeddedModel, method: Method, photo: Tensor, steps: int) -> Tensor:
    """What a method comes to, from the same random numbers at every call."""
    torch.manual_seed(0)
    *_, step = method.invert(model, photo, steps)
    return step.picture


def rows(device: torch.device) -> Iterator[Row]:
    """Every method of the embedded model."""
    torch.backends.cudnn.allow_tf32 = False
    exact, expected = placed_in_fp32(device), load_embedded_model()
    photo = torch.rand(1, 3, 256, 256, generator=torch.Generator().manual_seed(0)) * 2 - 1
    methods = list(methods_of(EMBEDDED).values())
    differences = [
        largest_difference(
            last_picture(exact, method, photo.to(device), STEPS), last_picture(expected, method, photo, STEPS)
        )
        for method in methods
    ]
    torch.backends.cudnn.allow_tf32 = True
    fast = placed(load_embedded_model(), device)
    for method, difference in zip(methods, differences, strict=True):
        if device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(device)
        seconds = median_seconds(
            lambda method=method: last_picture(fast, method, photo.to(device), method.steps), RUNS, device
        )
        yield Row(method.title, difference, seconds, method.steps, peak_memory(device))


def placed_in_fp32(device: torch.device) -> EmbeddedModel:
    """The embedded model on the device, as precise as on the CPU."""
    return load_embedded_model().to(device)


def visitors(device: str | None) -> str:
    """Ten visitors move sliders at once; how long each picture took them."""
    engine = Engine([EMBEDDED], device)
    model = engine.inverter(EMBEDDED.name).model
    codes = model.mapping(torch.randn(VISITORS, 512).to(engine.device)).cpu()
    offsets = {layer: torch.zeros(1, 1, 1, 1, 1) for layer in range(1, 11)}
    inversions = [
        Inversion(EMBEDDED.name, "test", code[None], offsets, fitted_quad(1024, 1024, 1.0), (1024, 1024), ())
        for code in codes
    ]

    def move(inversion: Inversion) -> float:
        start = time.perf_counter()
        engine.draw(inversion, Edits({"smile": 2.0, "age": -3.0}))
        return time.perf_counter() - start

    with ThreadPoolExecutor(VISITORS) as pool:
        list(pool.map(move, inversions))  # the first of each is not counted
        seconds = list(pool.map(move, inversions * 5))
    median, longest = statistics.median(seconds), max(seconds)
    return f"{VISITORS} visitors at once: a slider's picture after {median:.3f} s (median), {longest:.3f} s at most"


def main() -> None:
    """Print the table, and write it where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    device = choose_device(options.device)
    lines = [
        f"{describe_device(device)}, torch {torch.__version__}",
        "",
        "| method | steps | seconds | peak MB | largest difference to the CPU in fp32 |",
        "|---|---|---|---|---|",
    ]
    found = []
    for row in rows(device):
        found.append(row)
        lines.append(f"| {row.title} | {row.steps} | {row.seconds:.2f} | {row.memory:.0f} | {row.difference:.1e} |")
        print(lines[-1], flush=True)
    lines += ["", visitors(options.device)]
    print("\n".join(lines))
    if options.out:
        options.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    sys.exit(int(any(not row.difference <= TOLERANCE for row in found)))


if __name__ == "__main__":
    main()
