"""`python -m hyperstyle edit`: a saved inversion, edited along semantic directions, alone or in its photo."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Annotated

import typer

from hyperstyle.cli.options import Device, device_of
from hyperstyle.domain_table import domain_named
from hyperstyle.editing.directions import MAX_AMOUNT
from hyperstyle.editing.domain_directions import directions_of
from hyperstyle.editing.edits import Edits
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.inverter import Inverter
from hyperstyle.photo.painting import painted_in
from hyperstyle.photo.reading import Photo, read_photo
from hyperstyle.photo.saving import save_photo

Saved = Annotated[Path, typer.Argument(metavar="FILE.safetensors", help="An inversion that `invert` wrote.")]
Out = Annotated[Path, typer.Option(metavar="PICTURE.png", help="The picture to write; its suffix decides the format.")]
Into = Annotated[
    Path | None,
    typer.Option(metavar="PHOTO", help="The photo that was inverted: write it with what the edit changes."),
]
Whole = Annotated[
    bool, typer.Option("--whole", help="With --into: paste all of the generator's picture, not the change alone.")
]
Mask = Annotated[
    Path | None,
    typer.Option(
        metavar="PICTURE",
        help="A picture over the photo: black stays, white may change, grey is up to the edit.",
    ),
]
Settings = Annotated[
    list[str], typer.Option("--set", metavar="NAME=AMOUNT", help="A slider and its amount, -5 to 5; repeatable.")
]


def edit(
    file: Saved,
    out: Out,
    settings: Settings,
    into: Into = None,
    whole: Whole = False,
    mask: Mask = None,
    device: Device = None,
) -> None:
    """Draw a saved inversion with sliders moved, `--set smile=2 --set age=-3`, or change its photo: `--into PHOTO`."""
    inversion, where = Inversion.open(file), device_of(device)
    amounts = amounts_of(settings, directions_of(domain_named(inversion.domain)))  # wrong usage is told at once
    write_edited(out, Inverter.load(inversion.domain, where), inversion, Edits(amounts), into, mask, whole=whole)
    typer.echo(out)


def write_edited(
    out: Path,
    inverter: Inverter,
    inversion: Inversion,
    edits: Edits,
    into: Path | None,
    mask: Path | None = None,
    *,
    whole: bool,
) -> None:
    """Write the edited picture of an inversion, or the photo that it is of with the edits in it."""
    if into:
        photo = read_photo(into)
        painted = painted_in(read_photo(mask).pixels, inversion.photo_size, inversion.quad) if mask else None
        save_photo(out, inverter.paste_pixels(photo, inversion, edits, painted, whole=whole), photo)
    else:
        pixels = inverter.draw(inversion, edits)
        save_photo(out, pixels, Photo(pixels))


def amounts_of(settings: Sequence[str], directions: Collection[str]) -> dict[str, float]:
    """Parse settings like `smile=2`, adding up repeated sliders; raise a usage error for a wrong one."""
    amounts: dict[str, float] = {}
    for setting in settings:
        name, amount = amount_of(setting, directions)
        amounts[name] = amounts.get(name, 0.0) + amount
    return amounts


def amount_of(setting: str, directions: Collection[str]) -> tuple[str, float]:
    """Parse a setting like `smile=2` into name and amount."""
    name, _, amount = setting.partition("=")
    if name not in directions:
        raise typer.BadParameter(f"{name!r} is no slider; choose among {', '.join(directions)}")
    try:
        value = float(amount)
    except ValueError:
        raise typer.BadParameter(f"{setting!r} has no amount: write {name}=2, for example") from None
    if not -MAX_AMOUNT <= value <= MAX_AMOUNT:
        raise typer.BadParameter(f"{setting!r} is beyond the slider, which runs from {-MAX_AMOUNT:g} to {MAX_AMOUNT:g}")
    return name, value
