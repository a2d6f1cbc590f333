"""`python -m hyperstyle stylize` and `morph`: saved inversions in a style, and films from one inversion to another."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from hyperstyle.cli.edit import Into, Out, Saved, amounts_of, write_edited
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
from hyperstyle.photo.video import save_video, strip, there_and_back

STRIP = 7  # pictures of a morph that is saved as a strip


def stylize(
    saved: Saved,
    style: Annotated[str, typer.Option(help="Name of a style of the inversion's domain.")],
    out: Out,
    amount: Annotated[
        float, typer.Option(min=0, max=1, help="From 0, nearest to the photo, to 1, strongest style.")
    ] = DEFAULT_STYLE_AMOUNT,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=AMOUNT", help="A slider and its amount, -5 to 5; repeatable."),
    ] = None,
    restyle: Annotated[
        Path | None, typer.Option(metavar="PHOTO", help="Use the code that ReStyle-e4e (809 MB) finds for this photo.")
    ] = None,
    into: Into = None,
    person: Annotated[
        bool, typer.Option("--person", help="With --into: the person alone takes the style; the background stays.")
    ] = False,
    device: Device = None,
) -> None:
    """Render an inversion in a style: one of the embedded generator's, or a published fine-tuned generator."""
    inversion, where = Inversion.open(saved), device_of(device)
    domain = domain_named(inversion.domain)
    if style not in domain.styles:
        open_style(domain, style)  # raises an error that lists the styles, before anything is loaded
    if restyle:
        inversion = replace(inversion, codes=restyle_code(inversion, read_photo(restyle), where))
    amounts = amounts_of(settings or (), directions_of(domain))
    edits = Edits(amounts, style=StyleChoice(style, amount, person))
    write_edited(out, Inverter.load(domain, where), inversion, edits, into, whole=False)
    typer.echo(out)


def morph(
    first: Saved,
    second: Annotated[Path, typer.Argument(metavar="FILE.safetensors", help="Another, of the same domain.")],
    out: Annotated[Path, typer.Option(metavar="FILM", help="A film (.mp4, .gif) or a strip (.png, .jpg, .webp).")],
    style: Annotated[str | None, typer.Option(help="Render it in a style.")] = None,
    pictures: Annotated[int, typer.Option(min=2, help="Number of frames from one to the other in a film.")] = 30,
    device: Device = None,
) -> None:
    """Morph one inversion into another: interpolate both codes and weight offsets."""
    one, other = Inversion.open(first), Inversion.open(second)
    inverter = Inverter.load(one.domain, device_of(device))
    model = inverter.model
    if style:
        opened = open_style(inverter.domain, style)
        (_, one), (model, other) = opened.apply(model, one), opened.apply(model, other)
    if out.suffix in (".mp4", ".gif"):
        save_video(out, there_and_back(list(pictures_between(model, one, other, pictures))))
    else:
        pixels = strip(list(pictures_between(model, one, other, STRIP)))
        save_photo(out, pixels, Photo(pixels))
