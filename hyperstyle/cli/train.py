"""`python -m hyperstyle train ...`: how the files in assets/ are made. Every training resumes where it stopped."""

import time
from pathlib import Path
from typing import Annotated

import typer

from hyperstyle.training import pictures, preview, w_encoder
from hyperstyle.weights.embedded import load_generator, load_mapping

app = typer.Typer(help="Train the embedded model; every training resumes where it stopped.", no_args_is_help=True)

Work = Annotated[Path, typer.Option(help="Folder for pictures and checkpoints, outside the repository.")]
Minutes = Annotated[float, typer.Option(help="How long this stretch may take.")]


@app.command("pictures")
def make_pictures(work: Work, minutes: Minutes, first: int = 0, count: int = 100_000) -> None:
    """Make the pictures that the other trainings read; several processes may share the work by their ranges."""
    deadline = time.monotonic() + minutes * 60
    numbers = range(first, first + count)
    made = pictures.make_pictures(work / "pictures", load_generator(), load_mapping(), numbers, deadline)
    typer.echo(f"{made} pictures made")


@app.command("preview")
def train_preview(work: Work, minutes: Minutes) -> None:
    """Fit the small picture that refinement looks at."""
    preview.train(work / "pictures", work / "preview.pt", minutes, load_generator(), load_mapping())


@app.command("w-encoder")
def train_w_encoder(work: Work, minutes: Minutes) -> None:
    """Train the encoder from photos to W."""
    w_encoder.train(work / "pictures", work / "w-encoder.pt", minutes, load_mapping())
