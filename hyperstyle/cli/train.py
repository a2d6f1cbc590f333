"""`python -m hyperstyle train ...`: how the files in assets/ are made. Every training resumes where it stopped."""

import time
from pathlib import Path
from typing import Annotated, Any

import torch
import typer

from hyperstyle.errors import StudioError
from hyperstyle.networks.preview import Preview
from hyperstyle.networks.small import SmallEncoder
from hyperstyle.photo.faces import FaceFinder
from hyperstyle.training import hypernet, pictures, portraits, preview, w_encoder
from hyperstyle.weights.catalogue import WEIGHTS
from hyperstyle.weights.embedded import load_generator, load_mapping
from hyperstyle.weights.fetching import fetch
from hyperstyle.weights.lpips import load_lpips

app = typer.Typer(help="Train the embedded model; every training resumes where it stopped.", no_args_is_help=True)

Work = Annotated[Path, typer.Option(help="Folder for pictures and checkpoints, outside the repository.")]
Minutes = Annotated[float, typer.Option(help="How long this stretch may take.")]


@app.command("pictures")
def make_pictures(
    work: Work,
    minutes: Minutes,
    first: Annotated[int, typer.Option(help="Number of the first one; a number decides its picture.")] = 0,
    count: Annotated[int, typer.Option(help="How many, at most.")] = 100_000,
) -> None:
    """Make the pictures that the other trainings read; several processes may share the work by their ranges.

    Those from number 1000000 on are made the quick way, which takes a fitted preview.
    """
    generator = load_generator()
    draw = pictures.quick(generator, fitted_preview(work)) if first >= pictures.QUICK else pictures.whole(generator)
    numbers = range(first, first + count)
    made = pictures.make_pictures(work / "pictures", draw, load_mapping(), numbers, time.monotonic() + minutes * 60)
    typer.echo(f"{made} pictures made")


@app.command("portraits")
def align_portraits(
    work: Work, photos: Annotated[Path, typer.Option(help="Folder of photos whose names end in a number.")]
) -> None:
    """Align the photos that the encoder and the hypernetwork are trained on beside the pictures."""
    portraits.align_portraits(photos, work / "portraits", FaceFinder(fetch(WEIGHTS["dlib-landmarks"])))


@app.command("preview")
def train_preview(work: Work, minutes: Minutes) -> None:
    """Fit the small picture that refinement looks at."""
    preview.train(work / "pictures", work / "preview.pt", minutes, load_generator(), load_mapping())


@app.command("w-encoder")
def train_w_encoder(work: Work, minutes: Minutes) -> None:
    """Train the encoder from photos to W."""
    lpips = load_lpips(fetch(WEIGHTS["lpips-alexnet"]))
    w_encoder.train(work, minutes, load_generator(), load_mapping(), fitted_preview(work), lpips)


@app.command("hypernet")
def train_hypernet(work: Work, minutes: Minutes) -> None:
    """Train the hypernetwork that moves the generator's kernels to the photo."""
    encoder = SmallEncoder()
    encoder.load_state_dict(averaged(work / "w-encoder.pt"))
    lpips = load_lpips(fetch(WEIGHTS["lpips-alexnet"]))
    parts = load_generator(), load_mapping(), fitted_preview(work), encoder.eval().requires_grad_(False), lpips
    hypernet.train(work, minutes, *parts)


def fitted_preview(work: Path) -> Preview:
    """The preview as its training left it."""
    head = Preview()
    head.load_state_dict(averaged(work / "preview.pt"))
    return head.eval()


def averaged(checkpoint: Path) -> dict[str, Any]:
    """The averaged weights in a training's checkpoint."""
    if not checkpoint.exists():
        raise StudioError(f"There is no {checkpoint.name} in {checkpoint.parent} yet: train it first.")
    weights: dict[str, Any] = torch.load(checkpoint, weights_only=True)["average"]
    return weights
