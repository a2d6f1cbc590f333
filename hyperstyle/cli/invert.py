"""`python -m hyperstyle invert`: photos to inversions."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer

from hyperstyle.bulk.job import Job, run_here
from hyperstyle.bulk.on_ray import run_on_ray
from hyperstyle.bulk.photo_sources import PhotoSource
from hyperstyle.bulk.records import Entry, write_manifest
from hyperstyle.cli.options import Device, Sources, Steps, device_of, domain_of, method_of, sources_in
from hyperstyle.domain_table import EMBEDDED
from hyperstyle.files import ensure_dir, write_text
from hyperstyle.inversion.inversion import StepRecord, summary
from hyperstyle.inversion.methods import METHODS, Preset, default_method
from hyperstyle.weights.assets import asset_checksums

ENGINES = {None: run_here, "ray": run_on_ray}


def invert(
    photos: Sources,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the results; each photo gets one in it.")],
    domain: Annotated[str, typer.Option(help="Whose generator; `weights list` shows all.")] = EMBEDDED.name,
    method: Annotated[
        str | None, typer.Option(help=f"One of {', '.join(METHODS)}; what the domain's model was made for else.")
    ] = None,
    preset: Steps = Preset.FAST,
    steps: Annotated[int | None, typer.Option(min=0, help="How many refinements; those of the preset else.")] = None,
    polish: Annotated[int, typer.Option(min=0, help="How many steps of pivotal tuning to go on with.")] = 0,
    face: Annotated[int | None, typer.Option(min=0, help="Which face of a photo; 0 is the largest.")] = None,
    no_align: Annotated[bool, typer.Option("--no-align", help="Look for no face, take the photo's middle.")] = False,
    engine: Annotated[
        str | None, typer.Option(help="`ray`: many photos at once, on a Ray cluster or all cores of this machine.")
    ] = None,
    device: Device = None,
    report: Annotated[Path | None, typer.Option(metavar="FILE.json", help="Also write the figures there.")] = None,
) -> None:
    """Find photos inside a generator; per photo: every step's picture, the photo with the last one, the inversion.

    What was done before in the same folder is not done again.
    """
    chosen = domain_of(domain)
    way = method_of(method or default_method(chosen).name, chosen, preset)
    if face is not None and (no_align or not chosen.faces):
        raise typer.BadParameter("--face chooses among the faces that are found, and here none are looked for")
    run = engine_of(engine)
    if engine is None:
        device_of(device)  # on a cluster, its machines choose and refuse
    sources = sources_in(photos)
    for folder in (out, report.parent if report else out):  # before hours of work, not after
        ensure_dir(folder)
    taken, drawing_steps = (way.default_steps(drawing=drawing) if steps is None else steps for drawing in (False, True))
    weights, absolute = asset_checksums(chosen), str(out.absolute())
    job = Job(chosen.name, way.name, taken, drawing_steps, polish, face or 0, not no_align, weights, absolute, device)
    entries = {name: entry for name, source in sources.items() if (entry := job.found(name, source))}
    if entries:
        typer.echo(f"{len(entries)} of {len(sources)} are there from before.")
    write_manifest(out)
    try:
        for name, entry in run(job, {name: source for name, source in sources.items() if name not in entries}):
            entries[name] = entry
            tell(out / name, entry)
    finally:  # also of a run that is cut off
        write_manifest(out)
        if report:
            write_text(report, json.dumps([entries[name] for name in sources if name in entries], indent=1))
    raise typer.Exit(int(any("error" in entry for entry in entries.values())))


def engine_of(name: str | None) -> Callable[[Job, Mapping[str, PhotoSource]], Iterator[tuple[str, Entry]]]:
    """What runs a job; a wrong name is wrong usage."""
    if name not in ENGINES:
        raise typer.BadParameter(f"{name!r} is no engine; there is {', '.join(filter(None, ENGINES))}")
    return ENGINES[name]


def tell(folder: Path, entry: Entry) -> None:
    """What became of a photo, in a line."""
    if "error" in entry:
        typer.echo(f"{entry['photo']}: {entry['error']}", err=True)
    else:
        typer.echo(f"{folder}: {summary([StepRecord.from_json(step) for step in entry['steps']])}")
