"""The command line. Exit status: 0 all done, 1 something failed, 2 wrong usage; errors are one line on stderr."""

import sys

import typer

from hyperstyle.cli import (
    bench,
    compare,
    edit,
    invert,
    paste,
    stylize,
    text,
    train,
    train_animals,
    train_experiments,
    train_finder,
    train_text,
    weights,
)
from hyperstyle.errors import StudioError

app = typer.Typer(
    name="python -m hyperstyle",
    help="HyperStyle Studio on the command line.",
    no_args_is_help=True,
    rich_markup_mode=None,  # usage errors as plain lines instead of boxes
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(weights.app, name="weights")
train.app.add_typer(train_text.app)
train.app.add_typer(train_experiments.app)
train.app.add_typer(train_animals.app)
train.app.add_typer(train_finder.app)
app.add_typer(train.app, name="train")
app.command()(invert.invert)
app.command()(compare.compare)
app.command()(edit.edit)
app.command()(paste.paste)
app.command()(text.text)
app.command()(stylize.stylize)
app.command()(stylize.morph)
app.command()(bench.bench)


def main() -> None:
    """Run the command line; print a `StudioError` as one line on stderr and exit with status 1."""
    try:
        app()
    except StudioError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
