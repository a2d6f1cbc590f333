"""`python -m hyperstyle compare`: every method on every photo, reported as tables, curves and pictures."""

import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from hyperstyle.cli.classifiers import load_labeller
from hyperstyle.cli.options import (
    Device,
    DomainName,
    Photos,
    PresetOption,
    device_of,
    domain_of,
    method_of,
    photos_in,
    training_packages,
)
from hyperstyle.comparison.arcface_distance import ArcFaceDistance
from hyperstyle.comparison.comparing import ComparisonProgress
from hyperstyle.comparison.comparing import compare as run
from hyperstyle.comparison.details import DetailEvaluator
from hyperstyle.comparison.edit_trials import EditTrials
from hyperstyle.comparison.groups import GroupReport
from hyperstyle.comparison.report import Report
from hyperstyle.comparison.rows import RowStore
from hyperstyle.domain_table import EMBEDDED, Domain
from hyperstyle.editing.domain_directions import directions_of
from hyperstyle.inversion.inversion import summary
from hyperstyle.inversion.methods import METHODS, Preset
from hyperstyle.inverter import Inverter


def compare(
    photos: Photos,
    methods: Annotated[str, typer.Option(metavar="A,B,...", help=f"Inversion methods, of {', '.join(METHODS)}.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the results; a comparison in it is resumed.")],
    domain: DomainName = EMBEDDED.name,
    preset: PresetOption = Preset.FAST,
    edits: Annotated[str, typer.Option(metavar="A,B,...", help="Directions to edit results by, as in smile,age.")] = "",
    device: Device = None,
) -> None:
    """Run methods on photos and write table.md, table.json, curves and a strip of pictures.

    With `--edits`, there are tables by groups of people too. Results that are in the folder are not computed again.
    """
    chosen, where = domain_of(domain), device_of(device)
    ways = [method_of(name.strip(), chosen, preset) for name in dict.fromkeys(methods.split(","))]
    sources = photos_in(photos)
    edit_trials = edit_trials_of(chosen, edits.split(",")) if edits else None
    store = RowStore(out / "photos")
    arcface = ArcFaceDistance.if_available(where) if chosen.faces else None
    inverter, failed = Inverter.load(chosen, where), False
    details = DetailEvaluator.load(inverter)
    groups = GroupReport(edit_trials.classifier, store) if edit_trials else None
    report = Report(chosen, ways, store, groups, details.code_distance.own)
    for way in ways:  # a method's own weights are fetched before hours of work, not after
        inverter.model_of_method(way)
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # as Ctrl-C, not at once
    try:
        for progress in run(inverter, sources, ways, store, edit_trials, arcface, details):
            report.add(progress.row)
            failed |= bool(progress.row.error)
            typer.echo(line(progress), err=bool(progress.row.error))
    finally:  # also when interrupted
        report.write(out)
        signal.signal(signal.SIGTERM, before)
    typer.echo((out / "table.md").read_text(encoding="utf-8"))
    raise typer.Exit(int(failed))


def edit_trials_of(domain: Domain, names: Sequence[str]) -> EditTrials:
    """Return the directions called `names` with the classifier of their labels."""
    with training_packages():
        from hyperstyle.metrics.attributes import LABELS
    known = directions_of(domain)
    for name in names:
        if name not in known or name not in LABELS:
            raise typer.BadParameter(f"{name!r} is no direction of {domain.name}; there are {', '.join(known)}")
    return EditTrials([known[name] for name in names], load_labeller().labels_by_name)


def line(progress: ComparisonProgress) -> str:
    """Format a row with the comparison's progress and remaining time."""
    row, left = progress.row, progress.seconds_left
    what = row.error or summary(row.steps)
    rest = "" if left is None or progress.done == progress.total else f"  (about {duration(left)} left)"
    return f"{progress.done}/{progress.total} {row.photo} {row.method}: {what}{rest}"


def duration(seconds: float) -> str:
    """Format a rough duration."""
    minutes = seconds / 60
    if minutes < 1.5:
        return f"{seconds:.0f} s"
    return f"{minutes:.0f} min" if minutes < 90 else f"{minutes / 60:.1f} h"
