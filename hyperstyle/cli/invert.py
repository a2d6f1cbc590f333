"""`python -m hyperstyle invert`: photos to inversions."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from hyperstyle.cli.options import Photos, Steps, domain_of, method_of, photos_in
from hyperstyle.domains import EMBEDDED
from hyperstyle.errors import StudioError
from hyperstyle.inversion.methods import METHODS, Preset, usual_method
from hyperstyle.inversion.record import summary
from hyperstyle.photo.reading import read_photo
from hyperstyle.results import invert_into
from hyperstyle.workshop import Workshop
from hyperstyle.writing import made_folder, write_text


def invert(
    photos: Photos,
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
    report: Annotated[Path | None, typer.Option(metavar="FILE.json", help="Also write the figures there.")] = None,
) -> None:
    """Find photos inside a generator; per photo: every step's picture, the photo with the last one, the inversion."""
    chosen = domain_of(domain)
    way = method_of(method or usual_method(chosen).name, chosen, preset)
    if face is not None and (no_align or not chosen.faces):
        raise typer.BadParameter("--face chooses among the faces that are found, and here none are looked for")
    sources = photos_in(photos)
    for folder in (out, report.parent if report else out):  # before hours of work, not after
        made_folder(folder)
    workshop = Workshop.open(chosen)
    workshop.model_for(way)
    entries = []
    for name, path in sources.items():
        entry: dict[str, Any] = {"photo": str(path), "domain": chosen.name, "method": way.name}
        try:
            prepared = workshop.prepare(read_photo(path), face or 0, align=not no_align)
            entry["faces"] = [found.box for found in prepared.faces]
            taken = way.steps if steps is None else steps
            inversion = invert_into(out / name, workshop, prepared, way, taken, polish)
            entry["steps"] = [record.to_json() for record in inversion.steps]
            typer.echo(f"{out / name}: {summary(inversion.steps)}")
        except StudioError as error:
            entry["error"] = str(error)
            typer.echo(f"{path}: {error}", err=True)
        entries.append(entry)
    if report:
        write_text(report, json.dumps(entries, indent=1))
    raise typer.Exit(int(any("error" in entry for entry in entries)))
