"""`hyperstyle paste`: a photo whose faces are inverted, edited and put back in one go."""

from pathlib import Path
from typing import Annotated

import typer

from hyperstyle.cli.edit import Settings, amounts_of
from hyperstyle.cli.options import Device, PresetOption, device_of, domain_of, method_of
from hyperstyle.domain_table import EMBEDDED
from hyperstyle.editing.domain_directions import directions_of
from hyperstyle.editing.edits import Edits
from hyperstyle.editing.faces_of_a_photo import edit_faces
from hyperstyle.inversion.methods import Preset, default_method
from hyperstyle.inverter import Inverter
from hyperstyle.photo.reading import read_photo
from hyperstyle.photo.saving import save_photo


def paste(
    photo: Annotated[Path, typer.Argument(metavar="PHOTO", help="The photo to change.")],
    settings: Settings,
    out: Annotated[Path, typer.Option(metavar="OUT", help="The photo to write; its ending says in which format.")],
    face: Annotated[
        list[int] | None,
        typer.Option(min=0, help="Which face, 0 is the largest; as often as you like. All faces if not given."),
    ] = None,
    domain: Annotated[str, typer.Option(help="Whose generator; `weights list` shows all.")] = EMBEDDED.name,
    method: Annotated[
        str | None, typer.Option(help="How to invert; what the domain's model was made for else.")
    ] = None,
    preset: PresetOption = Preset.FAST,
    device: Device = None,
) -> None:
    """Change the faces of a photo, all in the same way, and leave the rest as it is: `--set smile=3`."""
    chosen, where = domain_of(domain), device_of(device)
    way = method_of(method or default_method(chosen).name, chosen, preset)
    edits = Edits(amounts_of(settings, directions_of(chosen)))
    opened = read_photo(photo)
    *_, pixels = edit_faces(Inverter.load(chosen, where), opened, edits, face, way)
    save_photo(out, pixels, opened)
    typer.echo(out)
