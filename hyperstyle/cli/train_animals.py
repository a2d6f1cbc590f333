"""`python -m hyperstyle train animals ...`: the animal generator, transferred from the face generator."""

from pathlib import Path
from typing import Annotated

import torch
import typer

from hyperstyle.cli.options import Device, device_of
from hyperstyle.cli.train import Minutes, Work
from hyperstyle.domain_table import DOMAINS
from hyperstyle.editing.direction_files import DIRECTIONS_FILE, write_directions
from hyperstyle.editing.domain_directions import directions_of
from hyperstyle.networks.compact_generator import CompactGenerator
from hyperstyle.networks.compact_model import CompactModel
from hyperstyle.networks.preview_head import PreviewHead
from hyperstyle.networks.refiner import Refiner
from hyperstyle.networks.small_encoder import SmallEncoder
from hyperstyle.paths import ASSETS
from hyperstyle.training.animals import (
    adversary,
    auto_decoder,
    directions_training,
    encoder_training,
    evaluation,
    feedback_training,
    wild_pictures,
    wild_report,
)
from hyperstyle.training.animals.auto_decoder import CODES
from hyperstyle.training.animals.classifier import Classifier
from hyperstyle.training.animals.dataset import AnimalPictures
from hyperstyle.training.animals.evaluation import vgg_features
from hyperstyle.training.animals.features import FeatureNetwork, load_features
from hyperstyle.training.core.generated_pictures import preview_renderer
from hyperstyle.weights.assets import load_shipped, ship
from hyperstyle.weights.catalogue import WEIGHTS
from hyperstyle.weights.embedded_loading import FEEDBACK, W_ENCODER, load_compact_model, load_generator, load_mapping
from hyperstyle.weights.fetching import fetch
from hyperstyle.weights.lpips_loading import load_lpips, load_lpips_vgg
from hyperstyle.weights.model_loading import open_model, placed

STORY = {
    "data": "photographs of big cats found in public repositories: for research and non-commercial use",
    "generator": "begun as MobileStyleGAN, distilled from StyleGAN2-FFHQ, from the package random_face",
    "made by": "python -m hyperstyle train animals",
}
"""Metadata of the files."""
CPU = torch.device("cpu")

app = typer.Typer()

Pictures = Annotated[Path, typer.Option(help="Folder of aligned pictures of 256 pixels with an index.csv.")]
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
    """Print the Frechet distances of generated pictures, of generated faces and of halves of the photos to photos."""
    training = training_on(work, pictures, device)
    vgg, seen = load_lpips_vgg(fetch(WEIGHTS["lpips-vgg16"])), feature_network()
    networks = {"VGG-16": vgg_features(vgg), "MobileNetV2, which the discriminator sees too": seen.pooled}
    faces = preview_renderer(load_generator(), load_shipped(PreviewHead(), ASSETS / "preview.safetensors"), CPU)
    for line in evaluation.distances(training, faces, networks, size, count):
        typer.echo(line)


@app.command("animals-results")
def write_results(
    work: Work,
    pictures: Pictures,
    stage: Annotated[str, typer.Option(help="Name of the checkpoint: auto-decoder or adversary.")] = "adversary",
) -> None:
    """Write generator and codes in half precision; training can go on from them in another folder."""
    training = training_on(work, pictures, "cpu")
    training.load(work / f"{stage}.pt")
    steps = torch.load(work / f"{stage}.pt", weights_only=True, mmap=True)["step"]
    for name, module in training.results().items():
        ship(module, work / name, {"stage": stage, "steps": str(steps)} | STORY)


@app.command("animals-encoder")
def train_encoder(work: Work, pictures: Pictures, minutes: Minutes, device: Device = None) -> None:
    """Train the encoder to W of the generator in `work`, and measure the curvature that its codes descend by."""
    training = training_on(work, pictures, device)
    encoder = encoder_training.train(work, minutes, training)
    encoder_training.measure_curvature(encoder, training)
    ship(encoder, work / W_ENCODER, STORY)


@app.command("animals-feedback")
def train_feedback(work: Work, pictures: Pictures, minutes: Minutes, device: Device = None) -> None:
    """Train the step sizes of refinements, from those for faces on, or from those in `work`."""
    if not (work / FEEDBACK).exists():
        ship(
            feedback_training.begin(load_shipped(Refiner(), ASSETS / "hypernetwork.safetensors")),
            work / FEEDBACK,
            STORY,
        )
    model = placed(load_compact_model(work), device_of(device))
    ship(feedback_training.train(work, minutes, model, AnimalPictures.read(pictures)), work / FEEDBACK, STORY)


@app.command("animals-directions")
def fit_directions(work: Work, pictures: Pictures) -> None:
    """Find the directions of the sliders by the codes of the photos."""
    training = training_on(work, pictures, "cpu")
    photos = training.pictures.batch(torch.arange(0, len(training.pictures), 2), CompactGenerator.size)
    found = directions_training.fit_directions(training.codes.codes, training.pictures.species, photos)
    write_directions(work / DIRECTIONS_FILE, found, {direction.name: STORY for direction in found})


@app.command("animals-report")
def write_report(pictures: Pictures, device: Device = None) -> None:
    """Invert and edit the held-out photos by the model in assets/, and write docs/wild.md."""
    docs, wild = ASSETS.parent / "docs", DOMAINS["wild-lite"]
    model, directions = open_model(wild, device_of(device)), list(directions_of(wild).values())
    assert isinstance(model, CompactModel)
    wild_pictures.write_pictures(model, directions, docs / "wild")
    photos = AnimalPictures.read(pictures).held_out(CompactGenerator.size)
    classifier = Classifier(fetch(WEIGHTS["mobilenet-v2"]))
    wild_report.write_report(model, photos, directions, classifier, docs / "wild.md")


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
    if (work / CODES).exists():
        training.load_results(work)
    return training
