"""`python -m hyperstyle train animals ...`: the animal generator, transferred from the face generator."""

from pathlib import Path
from typing import Annotated

import torch
import typer
from torch import Tensor

from hyperstyle.cli.options import Device, device_of
from hyperstyle.cli.train import Minutes, Work
from hyperstyle.files import ensure_dir
from hyperstyle.networks.small_encoder import SmallEncoder
from hyperstyle.paths import ANIMAL_FINDER, ASSETS
from hyperstyle.photo.animals import AnimalFinder
from hyperstyle.photo.reading import Pixels
from hyperstyle.training.animals import adversary, auto_decoder, finder_figures, finder_training
from hyperstyle.training.animals.dataset import AnimalPictures
from hyperstyle.training.animals.evaluation import FeatureStatistics
from hyperstyle.training.animals.features import FeatureNetwork, load_features
from hyperstyle.training.core.portraits import LAST, number_of
from hyperstyle.weights.assets import load_shipped, ship
from hyperstyle.weights.catalogue import WEIGHTS
from hyperstyle.weights.embedded_loading import load_generator, load_mapping
from hyperstyle.weights.fetching import fetch
from hyperstyle.weights.lpips_loading import load_lpips

RESULTS = "results.safetensors"
STORY = {
    "data": "photographs of big cats found in public repositories: for research and non-commercial use",
    "generator": "begun as MobileStyleGAN, distilled from StyleGAN2-FFHQ, from the package random_face",
    "made by": "python -m hyperstyle train animals",
}
"""Metadata of the file of results."""

app = typer.Typer()

Pictures = Annotated[Path, typer.Option(help="Folder of aligned pictures of 256 pixels with an index.csv.")]
Portraits = Annotated[Path, typer.Option(help="Folder of photos of people, whose names end in a number.")]
Size = Annotated[int, typer.Option(help="Side of the training pictures: 64, then 128, then 256.")]


@app.command("animals")
def train_animals(work: Work, pictures: Pictures, minutes: Minutes, size: Size = 64, device: Device = None) -> None:
    """Train the animal generator to reconstruct photos."""
    auto_decoder.train(work, minutes, size, training_on(work, pictures, device))


@app.command("animals-adversary")
def train_adversary(work: Work, pictures: Pictures, minutes: Minutes, size: Size = 128, device: Device = None) -> None:
    """Train the animal generator against a discriminator, after `train animals`."""
    adversary.train(work, minutes, size, training_on(work, pictures, device), feature_network())


@app.command("animals-distance")
def measure_distance(
    work: Work,
    pictures: Pictures,
    size: Size = 128,
    count: Annotated[int, typer.Option(help="How many pictures to generate.")] = 2000,
    device: Device = None,
) -> None:
    """Print the Frechet distances between generated pictures and photos, and between two halves of the photos."""
    training, features = training_on(work, pictures, device), feature_network()
    photos = training.pictures.batch(torch.arange(len(training.pictures)), size)
    halves = [FeatureStatistics.of(photos[side::4], features) for side in (0, 2)]
    reference = FeatureStatistics.of(photos[::2], features)
    typer.echo(f"training halves to each other: {halves[0].distance(halves[1]):.1f}")
    for name in ("auto-decoder", "adversary"):
        if (work / f"{name}.pt").exists():
            training.load(work / f"{name}.pt")
            generated = FeatureStatistics.of(training.samples(size, count), features)
            typer.echo(f"{name}: {generated.distance(reference):.1f}")


@app.command("animals-results")
def write_results(
    work: Work,
    pictures: Pictures,
    stage: Annotated[str, typer.Option(help="Name of the checkpoint: auto-decoder or adversary.")] = "adversary",
) -> None:
    """Write generator and codes to one half-precision file, from which training can go on in another folder."""
    training = training_on(work, pictures, "cpu")
    training.load(work / f"{stage}.pt")
    steps = torch.load(work / f"{stage}.pt", weights_only=True, mmap=True)["step"]
    ship(training.results(), work / RESULTS, {"stage": stage, "steps": str(steps)} | STORY)


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


def feature_network() -> FeatureNetwork:
    """Return MobileNetV2, on whose features discriminator and Frechet distance rely."""
    return load_features(fetch(WEIGHTS["mobilenet-v2"]))


def training_on(work: Path, pictures: Path, device: str | None) -> auto_decoder.AnimalTraining:
    """Return a training at its start, or at the results that lie in its folder."""
    training = auto_decoder.AnimalTraining.begin(
        AnimalPictures.read(pictures),
        load_generator(),
        load_mapping(),
        load_shipped(SmallEncoder(), ASSETS / "w-encoder.safetensors"),
        load_lpips(fetch(WEIGHTS["lpips-alexnet"])),
        device_of(device),
    )
    if (work / RESULTS).exists():
        training.load_results(work / RESULTS)
    return training
