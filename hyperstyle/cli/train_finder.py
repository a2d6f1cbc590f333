"""`python -m hyperstyle train animal-finder ...`: the detector of animals in photos and the predictor of their eyes."""

from pathlib import Path
from typing import Annotated

import typer
from torch import Tensor

from hyperstyle.cli.train_animals import Pictures
from hyperstyle.files import ensure_dir
from hyperstyle.paths import ANIMAL_FINDER, ASSETS
from hyperstyle.photo.animals import AnimalFinder
from hyperstyle.photo.reading import Pixels
from hyperstyle.training.animals import finder_figures, finder_training
from hyperstyle.training.animals.dataset import AnimalPictures
from hyperstyle.training.core.portraits import LAST, number_of

app = typer.Typer()

Portraits = Annotated[Path, typer.Option(help="Folder of photos of people, whose names end in a number.")]


@app.command("animal-finder")
def train_finder(
    pictures: Pictures,
    portraits: Portraits,
    out: Annotated[Path, typer.Option(help="Folder to write both files into.")] = ASSETS,
) -> None:
    """Train the detector of animals and the predictor of their eyes, in some minutes."""
    animals = photos_of(AnimalPictures.read(pictures).train)
    people = [path for path in sorted(portraits.glob("*.jpg")) if number_of(path) <= LAST]
    detector, predictor = (str(ensure_dir(out) / file.name) for file in ANIMAL_FINDER)
    finder_training.train_detector(animals, people).save(detector)
    finder_training.train_predictor(animals).save(predictor)


@app.command("animal-finder-figures")
def measure_finder(pictures: Pictures, portraits: Portraits) -> None:
    """Print how many held-out animals the shipped finder finds, how exactly, and what else it takes for one."""
    people = [path for path in sorted(portraits.glob("*.jpg")) if number_of(path) > LAST]
    typer.echo(str(finder_figures.measure(AnimalFinder(), photos_of(AnimalPictures.read(pictures).held), people)))


def photos_of(pictures: Tensor) -> Pixels:
    """Return pictures [N, 3, S, S] as photos [N, S, S, 3]."""
    return pictures.permute(0, 2, 3, 1).numpy()
