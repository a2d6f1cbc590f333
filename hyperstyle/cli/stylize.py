"""`python -m hyperstyle stylize` and `morph`: saved inversions in another world, and on the way to each other."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from hyperstyle.cli.edit import Out, Saved, amounts_of
from hyperstyle.cli.options import Device, device_of
from hyperstyle.domain_table import domain_named
from hyperstyle.editing.domain_directions import directions_of
from hyperstyle.editing.edits import DEFAULT_STYLE_AMOUNT, Edits, StyleChoice
from hyperstyle.editing.morph import morph as pictures_between
from hyperstyle.editing.restyle_code import restyle_code
from hyperstyle.editing.styles import open_style
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.inverter import Inverter
from hyperstyle.photo.reading import Photo, read_photo
from hyperstyle.photo.saving import save_photo
from hyperstyle.photo.video import save_film, strip, there_and_back

STRIP = 7  # pictures of a morph that is no film


def stylize(
    saved: Saved,
    style: Annotated[str, typer.Option(help="Name of a style of the inversion's domain.")],
    out: Out,
    amount: Annotated[
        float, typer.Option(min=0, max=1, help="From 0, more me, to 1, more style.")
    ] = DEFAULT_STYLE_AMOUNT,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=AMOUNT", help="A slider, -5 to 5; as often as you like.")
    ] = None,
    restyle: Annotated[
        Path | None, typer.Option(metavar="PHOTO", help="Take the code from ReStyle-e4e for this photo (809 MB).")
    ] = None,
    device: Device = None,
) -> None:
    """Draw an inversion in a style: the embedded generator's own ones, or a generator that others fine-tuned."""
    inversion, where = Inversion.open(saved), device_of(device)
    domain = domain_named(inversion.domain)
    if style not in domain.styles:
        open_style(domain, style)  # says which there are, before anything is loaded
    if restyle:
        inversion = replace(inversion, codes=restyle_code(inversion, read_photo(restyle), where))
    amounts = amounts_of(settings or (), directions_of(domain))
    pixels = Inverter.load(domain, where).draw(inversion, Edits(amounts, style=StyleChoice(style, amount)))
    save_photo(out, pixels, Photo(pixels))
    typer.echo(out)


def morph(
    first: Saved,
    second: Annotated[Path, typer.Argument(metavar="FILE.safetensors", help="Another, of the same domain.")],
    out: Annotated[Path, typer.Option(metavar="FILM", help="Ends in .mp4 or .gif; .png, .jpg or .webp is a strip.")],
    style: Annotated[str | None, typer.Option(help="Draw it in a style.")] = None,
    pictures: Annotated[int, typer.Option(min=2, help="How many there are from one to the other in a film.")] = 30,
    device: Device = None,
) -> None:
    """Turn one inversion into another: code and kernels both."""
    one, other = Inversion.open(first), Inversion.open(second)
    inverter = Inverter.load(one.domain, device_of(device))
    model = inverter.model
    if style:
        opened = open_style(inverter.domain, style)
        (_, one), (model, other) = opened.of(model, one), opened.of(model, other)
    if out.suffix in (".mp4", ".gif"):
        save_film(out, there_and_back(list(pictures_between(model, one, other, pictures))))
    else:
        pixels = strip(list(pictures_between(model, one, other, STRIP)))
        save_photo(out, pixels, Photo(pixels))
