"""`python -m hyperstyle bench`: timings of every part on this machine."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from hyperstyle import benchmark as benchmark
from hyperstyle.benchmark import Timing
from hyperstyle.cli.options import Device, device_of, domains_of
from hyperstyle.device import describe_device
from hyperstyle.files import write_text


def bench(
    domain: Annotated[str | None, typer.Option(help="One domain; all by default.")] = None,
    runs: Annotated[int, typer.Option(min=1, help="Runs of every part, whose median is shown.")] = 5,
    device: Device = None,
    report: Annotated[Path | None, typer.Option(help="Also write the figures to this JSON file.")] = None,
) -> None:
    """Time detection, alignment, encoder, hypernetwork and generator; medians over several runs.

    For each network, also the largest difference of its output from the CPU's in fp32, in standard deviations.
    """
    where = device_of(device)
    speed = benchmark.machine_speed(where)
    typer.echo(f"{describe_device(where)}: {speed:.0f} GFLOP/s (product of two 2048x2048 matrices, fp32)")
    timings = []
    for chosen in domains_of(domain):
        for timing in benchmark.bench(chosen, runs, where):
            timings.append(timing)
            typer.echo(line(timing))
    if report:
        figures = {"device": describe_device(where), "gflops": speed, "timings": [asdict(timing) for timing in timings]}
        write_text(report, json.dumps(figures, indent=1))


def line(timing: Timing) -> str:
    """Format the figures of a part for a terminal."""
    difference = "" if timing.difference is None else f", differs by {timing.difference:.1e}"
    return (
        f"{timing.domain:19} {timing.part:21} {timing.seconds * 1000:9.1f} ms   "
        f"median of {timing.runs}, weights: {timing.weights}, peak {timing.memory:.0f} MB{difference}"
    )
