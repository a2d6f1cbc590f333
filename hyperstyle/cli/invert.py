"""`python -m hyperstyle invert`: any number of photos, inverted into a folder."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer

from hyperstyle.bulk.job import Job, run_here
from hyperstyle.bulk.on_ray import run_on_ray
from hyperstyle.bulk.photo_sources import PhotoSource
from hyperstyle.bulk.records import Entry, write_manifest
from hyperstyle.cli.options import (
    Device,
    DomainName,
    PresetOption,
    Sources,
    device_of,
    domain_of,
    method_of,
    sources_in,
)
from hyperstyle.domain_table import EMBEDDED
from hyperstyle.files import ensure_dir, write_text
from hyperstyle.inversion.inversion import StepRecord, summary
from hyperstyle.inversion.methods import METHODS, Preset, default_method
from hyperstyle.weights.assets import asset_checksums

ENGINES = {None: run_here, "ray": run_on_ray}


def invert(
    photos: Sources,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the results, with a subfolder for each photo.")],
    domain: DomainName = EMBEDDED.name,
    method: Annotated[
        str | None, typer.Option(help=f"One of {', '.join(METHODS)}; by default the one of the domain's model.")
    ] = None,
    preset: PresetOption = Preset.FAST,
    steps: Annotated[int | None, typer.Option(min=0, help="Number of steps; by default that of the preset.")] = None,
    polish: Annotated[int, typer.Option(min=0, help="Number of pivotal-tuning steps that follow.")] = 0,
    face: Annotated[int | None, typer.Option(min=0, help="Which face of a photo; 0 is the largest.")] = None,
    no_align: Annotated[
        bool, typer.Option("--no-align", help="Take the middle of the photo instead of finding and aligning a face.")
    ] = False,
    engine: Annotated[
        str | None, typer.Option(help="`ray`: many photos at once, on a Ray cluster or all cores of this machine.")
    ] = None,
    device: Device = None,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE.json", help="Also write the metrics to this file.")
    ] = None,
) -> None:
    """Invert photos; write every step's picture, the result pasted into the photo, and the inversion.

    Photos whose results are in the folder already are not inverted again.
    """
    chosen = domain_of(domain)
    way = method_of(method or default_method(chosen).name, chosen, preset)
    if face is not None and (no_align or not (chosen.faces or chosen.animals)):
        raise typer.BadParameter("--face chooses among detected faces, but here no faces are detected")
    run = engine_of(engine)
    if engine is None:
        device_of(device)  # a wrong one is a usage error; on a cluster, each machine checks its own
    sources = sources_in(photos)
    for folder in (out, report.parent if report else out):  # fails before hours of work, not after
        ensure_dir(folder)
    photo_steps, drawing_steps = (
        way.default_steps(drawing=drawing) if steps is None else steps for drawing in (False, True)
    )
    weights, path = asset_checksums(chosen), str(out.absolute())
    job = Job(chosen.name, way.name, photo_steps, drawing_steps, polish, face or 0, not no_align, weights, path, device)
    entries = {name: entry for name, source in sources.items() if (entry := job.finished(name, source))}
    if entries:
        typer.echo(f"{len(entries)} of {len(sources)} photos were inverted before.")
    write_manifest(out)
    try:
        for name, entry in run(job, {name: source for name, source in sources.items() if name not in entries}):
            entries[name] = entry
            print_entry(out / name, entry)
    finally:  # also when interrupted
        write_manifest(out)
        if report:
            write_text(report, json.dumps([entries[name] for name in sources if name in entries], indent=1))
    raise typer.Exit(int(any("error" in entry for entry in entries.values())))


def engine_of(name: str | None) -> Callable[[Job, Mapping[str, PhotoSource]], Iterator[tuple[str, Entry]]]:
    """Return the function that runs a job; raise a usage error for an unknown name."""
    if name not in ENGINES:
        raise typer.BadParameter(f"{name!r} is no engine; choose {', '.join(filter(None, ENGINES))}")
    return ENGINES[name]


def print_entry(folder: Path, entry: Entry) -> None:
    """Print the result of a photo as one line, an error on stderr."""
    if "error" in entry:
        typer.echo(f"{entry['photo']}: {entry['error']}", err=True)
    else:
        typer.echo(f"{folder}: {summary([StepRecord.from_json(step) for step in entry['steps']])}")
    for sentence in entry.get("advice", ()):
        typer.echo(f"{entry['photo']}: {sentence}", err=True)
