"""`python -m hyperstyle text`: a saved inversion, edited by two descriptions."""

from typing import Annotated

import typer

from hyperstyle.cli.edit import Into, Out, Saved, Whole, write_edited
from hyperstyle.cli.options import Device, device_of
from hyperstyle.editing.edits import DEFAULT_TEXT_STRENGTH, MAX_TEXT_STRENGTH, Edits, TextEdit
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.inverter import Inverter


def text(
    file: Saved,
    out: Out,
    before: Annotated[str, typer.Option("--from", help="Description of the picture as it is, like 'a face'.")],
    after: Annotated[str, typer.Option("--to", help="Description of the wanted picture, like 'a smiling face'.")],
    strength: Annotated[
        float,
        typer.Option(
            min=-MAX_TEXT_STRENGTH, max=MAX_TEXT_STRENGTH, help="Strength; a negative one edits the opposite way."
        ),
    ] = DEFAULT_TEXT_STRENGTH,
    threshold: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Relevance from which a channel is edited: higher leaves more unchanged."),
    ] = None,
    into: Into = None,
    whole: Whole = False,
    device: Device = None,
) -> None:
    """Render a saved inversion, edited by the difference of two descriptions."""
    inversion, where = Inversion.open(file), device_of(device)
    inverter = Inverter.load(inversion.domain, where)
    moved = inverter.text_editor.direction(before, after, threshold).channels
    edits = Edits(text=TextEdit(before, after, strength, threshold))
    write_edited(out, inverter, inversion, edits, into, whole=whole)
    typer.echo(f"{out}: {moved} channels edited")
