"""`python -m hyperstyle text`: a saved inversion, changed in words."""

from typing import Annotated

import typer

from hyperstyle.cli.edit import Out, Saved
from hyperstyle.cli.options import Device, device_of
from hyperstyle.domains import DOMAINS
from hyperstyle.drawing import draw
from hyperstyle.editing.text import STRENGTH, STRONGEST, StyleEdit
from hyperstyle.editing.text_tools import open_wordsmith
from hyperstyle.inversion.record import Inversion
from hyperstyle.photo.reading import Photo
from hyperstyle.photo.saving import save_photo
from hyperstyle.weights.models import open_model


def text(
    file: Saved,
    out: Out,
    before: Annotated[str, typer.Option("--from", help="What the picture shows, as 'a face'.")],
    after: Annotated[str, typer.Option("--to", help="What it shall show, as 'a smiling face'.")],
    strength: Annotated[
        float, typer.Option(min=-STRONGEST, max=STRONGEST, help="How far; below zero the other way.")
    ] = STRENGTH,
    threshold: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Relevance from which a channel is moved: a higher one changes less else."),
    ] = None,
    device: Device = None,
) -> None:
    """Draw a saved inversion with the difference of two descriptions added."""
    inversion = Inversion.open(file)
    model = open_model(inversion.domain, device_of(device))
    direction = open_wordsmith(DOMAINS[inversion.domain], model).direction(before, after, threshold)
    pixels = draw(model, inversion, restyling=[StyleEdit(direction, strength)])
    save_photo(out, pixels, Photo(pixels))
    typer.echo(f"{out}: {direction.channels} channels moved")
