"""`python -m hyperstyle stylize` and `morph`: saved inversions in another world, and on the way to each other."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from hyperstyle.cli.edit import Out, Saved, edit_of
from hyperstyle.cli.options import Device, device_of
from hyperstyle.domains import DOMAINS
from hyperstyle.drawing import draw
from hyperstyle.editing.codes import restyle_code
from hyperstyle.editing.morph import morph as pictures_between
from hyperstyle.editing.sliders import directions_of
from hyperstyle.editing.styles import USUAL, open_style
from hyperstyle.film import save_film, strip, there_and_back
from hyperstyle.inversion.hyperstyle import Model
from hyperstyle.inversion.record import Inversion
from hyperstyle.photo.reading import Photo, read_photo
from hyperstyle.photo.saving import save_photo
from hyperstyle.weights.models import open_model

STRIP = 7  # pictures of a morph that is no film


def stylize(
    saved: Saved,
    style: Annotated[str, typer.Option(help="Name of a style of the inversion's domain.")],
    out: Out,
    amount: Annotated[float, typer.Option(min=0, max=1, help="From 0, more me, to 1, more style.")] = USUAL,
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
    opened = open_style(inversion.domain, style)
    edits = [edit_of(setting, directions_of(DOMAINS[inversion.domain])) for setting in settings or ()]
    if restyle:
        inversion = replace(inversion, codes=restyle_code(inversion, read_photo(restyle), where))
    model, styled = opened.of(open_model(inversion.domain, where), inversion, amount)
    pixels = draw(model, styled, edits)
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
    model: Model = open_model(one.domain, device_of(device))
    if style:
        opened = open_style(one.domain, style)
        (_, one), (model, other) = opened.of(model, one), opened.of(model, other)
    if out.suffix in (".mp4", ".gif"):
        save_film(out, there_and_back(list(pictures_between(model, one, other, pictures))))
    else:
        pixels = strip(list(pictures_between(model, one, other, STRIP)))
        save_photo(out, pixels, Photo(pixels))
