"""`python -m hyperstyle bench`: how long every part takes on this machine."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from hyperstyle import bench as benchmark
from hyperstyle.cli.options import domains_of


def bench(
    domain: Annotated[str | None, typer.Option(help="One domain; all of them if not given.")] = None,
    runs: Annotated[int, typer.Option(min=1, help="Runs of every part; the median counts.")] = 5,
    report: Annotated[Path | None, typer.Option(help="Also write the figures to this JSON file.")] = None,
) -> None:
    """Time detection, alignment, encoder, hypernetwork and generator; medians over several runs."""
    speed = benchmark.machine_speed()
    typer.echo(f"this machine: {speed:.0f} GFLOP/s (product of two 2048x2048 matrices, fp32)")
    timings = []
    for chosen in domains_of(domain):
        for timing in benchmark.bench(chosen, runs):
            timings.append(timing)
            typer.echo(
                f"{timing.domain:11} {timing.part:26} {timing.seconds * 1000:9.1f} ms   "
                f"median of {timing.runs}, weights: {timing.weights}"
            )
    if report:
        figures = {"gflops": speed, "timings": [asdict(timing) for timing in timings]}
        report.write_text(json.dumps(figures, indent=1), encoding="utf-8")
