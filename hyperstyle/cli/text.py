"""`python -m hyperstyle text`: a saved inversion, changed in words."""

from typing import Annotated

import typer

from hyperstyle.cli.edit import Out, Saved
from hyperstyle.cli.options import Device, device_of
from hyperstyle.editing.edits import DEFAULT_TEXT_STRENGTH, MAX_TEXT_STRENGTH, Edits, TextEdit
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.inverter import Inverter
from hyperstyle.photo.reading import Photo
from hyperstyle.photo.saving import save_photo


def text(
    file: Saved,
    out: Out,
    before: Annotated[str, typer.Option("--from", help="What the picture shows, as 'a face'.")],
    after: Annotated[str, typer.Option("--to", help="What it shall show, as 'a smiling face'.")],
    strength: Annotated[
        float, typer.Option(min=-MAX_TEXT_STRENGTH, max=MAX_TEXT_STRENGTH, help="How far; below zero the other way.")
    ] = DEFAULT_TEXT_STRENGTH,
    threshold: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Relevance from which a channel is moved: a higher one changes less else."),
    ] = None,
    device: Device = None,
) -> None:
    """Draw a saved inversion with the difference of two descriptions added."""
    inversion, where = Inversion.open(file), device_of(device)
    inverter = Inverter.load(inversion.domain, where)
    moved = inverter.text_editor.direction(before, after, threshold).channels
    pixels = inverter.draw(inversion, Edits(text=TextEdit(before, after, strength, threshold)))
    save_photo(out, pixels, Photo(pixels))
    typer.echo(f"{out}: {moved} channels moved")
