"""`python -m hyperstyle edit`: a saved inversion with its sliders moved."""

from pathlib import Path
from typing import Annotated

import typer

from hyperstyle.domains import ASSETS, DOMAINS
from hyperstyle.drawing import draw
from hyperstyle.editing.directions import SLIDER, Direction, Edit
from hyperstyle.editing.files import SHIPPED, read_directions
from hyperstyle.errors import StudioError
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
) -> None:
    """Draw a saved inversion with sliders moved: `--set smile=2 --set age=-3`."""
    inversion = Inversion.open(file)
    edits = [edit_of(setting, directions_for(inversion)) for setting in settings]
    pixels = draw(open_model(inversion.domain), inversion, edits)
    save_photo(out, pixels, Photo(pixels))
    typer.echo(out)


def directions_for(inversion: Inversion) -> dict[str, Direction]:
    """The shipped directions, which are for all generators that share the W of faces."""
    if not DOMAINS[inversion.domain].faces:
        raise StudioError(
            f"There are no sliders for {DOMAINS[inversion.domain].title} yet: the shipped ones are of faces."
        )
    return read_directions(ASSETS / SHIPPED)


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
