"""`python -m hyperstyle edit`: a saved inversion with its sliders moved."""

from pathlib import Path
from typing import Annotated

import typer

from hyperstyle.cli.options import Device, device_of
from hyperstyle.domains import DOMAINS
from hyperstyle.drawing import draw
from hyperstyle.editing.directions import SLIDER, Direction, Edit
from hyperstyle.editing.sliders import directions_of
from hyperstyle.inversion.record import Inversion
from hyperstyle.photo.reading import Photo
from hyperstyle.photo.saving import save_photo
from hyperstyle.weights.models import open_model

Saved = Annotated[Path, typer.Argument(metavar="FILE.safetensors", help="An inversion that `invert` wrote.")]
Out = Annotated[
    Path, typer.Option(metavar="PICTURE.png", help="The picture to write; its ending says in which format.")
]


def edit(
    file: Saved,
    out: Out,
    settings: Annotated[
        list[str], typer.Option("--set", metavar="NAME=AMOUNT", help="A slider, -5 to 5; as often as you like.")
    ],
    device: Device = None,
) -> None:
    """Draw a saved inversion with sliders moved: `--set smile=2 --set age=-3`."""
    inversion = Inversion.open(file)
    edits = [edit_of(setting, directions_of(DOMAINS[inversion.domain])) for setting in settings]
    pixels = draw(open_model(inversion.domain, device_of(device)), inversion, edits)
    save_photo(out, pixels, Photo(pixels))
    typer.echo(out)


def edit_of(setting: str, directions: dict[str, Direction]) -> Edit:
    """The edit that `name=amount` asks for; a wrong one is wrong usage."""
    name, _, amount = setting.partition("=")
    if name not in directions:
        raise typer.BadParameter(f"{name!r} is no slider; there are {', '.join(directions)}")
    try:
        value = float(amount)
    except ValueError:
        raise typer.BadParameter(f"{setting!r} sets no amount: write {name}=2, for example") from None
    if not -SLIDER <= value <= SLIDER:
        raise typer.BadParameter(f"{setting!r} is beyond the slider, which runs from {-SLIDER:g} to {SLIDER:g}")
    return Edit(directions[name], value)
