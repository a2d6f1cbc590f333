"""`python -m hyperstyle train ...`: makes the files in assets/. Every training resumes from its last checkpoint."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import torch
import typer
from torch import nn

from hyperstyle.cli.classifiers import load_identity, load_labeller
from hyperstyle.cli.options import Device, device_of, training_packages
from hyperstyle.domain_table import EMBEDDED
from hyperstyle.editing import styles
from hyperstyle.editing.direction_files import DIRECTIONS_FILE
from hyperstyle.errors import StudioError
from hyperstyle.files import atomic_write
from hyperstyle.inverter import Inverter
from hyperstyle.metrics.arcface import ArcFaceNetwork
from hyperstyle.networks.embedded_model import EmbeddedModel
from hyperstyle.networks.mobile_stylegan import CODE
from hyperstyle.networks.preview_head import SIZE, PreviewHead
from hyperstyle.networks.refiner import Refiner
from hyperstyle.networks.small_encoder import SmallEncoder
from hyperstyle.paths import ASSETS
from hyperstyle.photo.faces import FaceFinder
from hyperstyle.training.core import generated_pictures, portraits
from hyperstyle.training.core.loop import write_checkpoint
from hyperstyle.training.faces import (
    augmented_portraits,
    code_curvature,
    hypernetwork_training,
    preview_training,
    w_encoder_training,
)
from hyperstyle.training.styles import style_faces, style_training
from hyperstyle.weights import assets
from hyperstyle.weights.catalogue import WEIGHTS
from hyperstyle.weights.embedded_loading import load_embedded_model, load_generator, load_mapping
from hyperstyle.weights.fetching import fetch
from hyperstyle.weights.lpips_loading import load_lpips
from hyperstyle.weights.model_loading import open_model

if TYPE_CHECKING:
    from hyperstyle.training.directions.measure_directions import Evaluator

ENCODER, HYPERNETWORK = w_encoder_training.CHECKPOINT, hypernetwork_training.CHECKPOINT

STORY = {
    "data": "pictures of the generator, and 140 CC0 portraits of people who do not exist; see docs/training.md",
    "generator": "MobileStyleGAN distilled from StyleGAN2-FFHQ, from the package random_face",
    "made by": "python -m hyperstyle train",
}
"""Metadata of every shipped network."""

app = typer.Typer(help="Train the embedded model; every training resumes where it stopped.", no_args_is_help=True)

Work = Annotated[Path, typer.Option(help="Folder for pictures and checkpoints, outside the repository.")]
Minutes = Annotated[float, typer.Option(help="Time limit of this run; the next one resumes.")]


@app.command("start")
def start_work(work: Work) -> None:
    """Begin a folder with the networks in assets/, so that a training goes on where its checkpoints are lost."""
    model = load_embedded_model()
    for name, (file, part, network) in trained_parts(model).items():
        steps = assets.story_of(ASSETS / f"{name}.safetensors")["steps"]
        write_checkpoint(work / file, int(steps), {part: network, "average": network})


@app.command("pictures")
def make_pictures(
    work: Work,
    minutes: Minutes,
    first: Annotated[int, typer.Option(help="Number of the first picture, which is its random seed.")] = 0,
    count: Annotated[int, typer.Option(help="Maximum number of pictures.")] = 100_000,
    device: Device = None,
) -> None:
    """Render the pictures that the other trainings read; several processes can share the work by number ranges.

    Pictures from number 1000000 on are rendered by the preview head, which is faster and must have been trained.
    """
    generator, where = load_generator(), device_of(device)
    quick = first >= generated_pictures.FIRST_PREVIEW
    draw = (
        generated_pictures.preview_renderer(generator, fitted_preview(work), where)
        if quick
        else generated_pictures.full_renderer(generator, where)
    )
    numbers = range(first, first + count)
    made = generated_pictures.make_pictures(
        work / "pictures", draw, load_mapping(), numbers, time.monotonic() + minutes * 60
    )
    typer.echo(f"{made} pictures made")


@app.command("portraits")
def align_portraits(
    work: Work, photos: Annotated[Path, typer.Option(help="Folder of photos whose names end in a number.")]
) -> None:
    """Align the portraits on which the encoder and the hypernetwork are trained, beside generated pictures."""
    portraits.align_portraits(photos, work / "portraits", FaceFinder(fetch(WEIGHTS["dlib-landmarks"])))


@app.command("preview")
def train_preview(
    work: Work,
    minutes: Minutes,
    size: Annotated[int, typer.Option(help="Side of its pictures.")] = SIZE,
    device: Device = None,
) -> None:
    """Train a preview head: of 256 pixels for refinements, of 64 for the training of the encoder."""
    checkpoint, where = work / checkpoint_of(size), device_of(device)
    preview_training.train(work / "pictures", checkpoint, minutes, load_generator(), load_mapping(), where, size)


@app.command("relatives")
def augment_portraits(work: Work, device: Device = None) -> None:
    """Augment the portraits: invert them and render their offsets with other codes."""
    photos, _ = portraits.read_portraits(work / "portraits")
    augmented_portraits.augment_portraits(
        work / "relatives", trained_model(work), load_mapping(), photos, device_of(device)
    )


@app.command("w-encoder")
def train_w_encoder(work: Work, minutes: Minutes, device: Device = None) -> None:
    """Train the encoder from photos to W."""
    lpips = load_lpips(fetch(WEIGHTS["lpips-alexnet"]))
    heads = fitted_preview(work), fitted_preview(work, w_encoder_training.SMALL)
    encoder_loss = w_encoder_training.EncoderLoss(load_generator(), *heads, lpips, arcface())
    w_encoder_training.train(work, minutes, load_mapping(), encoder_loss, device_of(device))


@app.command("curvature")
def measure_curvature(
    work: Work,
    faces: Annotated[int, typer.Option(help="At how many codes it is measured.")] = 256,
    device: Device = None,
) -> None:
    """Measure how the distance from a photo curves over W, and leave it with the encoder, whose codes descend by it."""
    mapping = load_mapping()
    codes = mapping(torch.randn(faces, CODE, generator=torch.Generator().manual_seed(0)), code_curvature.TRUNCATION)
    curvature = code_curvature.measure(trained_model(work), codes, device_of(device))
    checkpoint = read_checkpoint(work / ENCODER)
    basis, precision = code_curvature.coordinates_of(curvature, mapping)
    for part in ("encoder", "average"):
        checkpoint[part] |= {"basis": basis, "precision": precision}
    with atomic_write(work / ENCODER) as file:
        torch.save(checkpoint, file)


@app.command("hypernet")
def train_hypernet(
    work: Work,
    minutes: Minutes,
    real: Annotated[
        bool, typer.Option("--real", help="Compare full pictures instead of previews, for the last run; slower.")
    ] = False,
    device: Device = None,
) -> None:
    """Train the hypernetwork, which predicts weight offsets of the generator from a photo."""
    hypernetwork_training.train(work, minutes, trained_model(work), load_mapping(), arcface(), device_of(device), real)


@app.command("directions")
def train_directions(work: Work, device: Device = None) -> None:
    """Label the pictures, fit the directions of the sliders, measure them on other faces, ship and document them."""
    with training_packages():
        from hyperstyle.training.directions import run
    run.run(
        work, ASSETS / DIRECTIONS_FILE, ASSETS.parent / "docs", load_mapping(), evaluator_in(work, device), typer.echo
    )


@app.command("steady-skin")
def correct_directions(work: Work, device: Device = None) -> None:
    """Correct the shipped directions that leave the lightness of skin, measure them, ship and document them."""
    with training_packages():
        from hyperstyle.training.directions import run, steady_skin
    evaluator, model = evaluator_in(work, device), load_embedded_model()
    probe = steady_skin.SkinProbe(model.generator, model.head, evaluator.labeller)
    run.steady_skin(ASSETS / DIRECTIONS_FILE, ASSETS.parent / "docs", load_mapping(), evaluator, probe, typer.echo)


@app.command("style")
def train_style(
    name: Annotated[str, typer.Argument(metavar="NAME", help=f"One of {', '.join(styles.BUNDLED)}.")],
    work: Work,
    minutes: Minutes,
    device: Device = None,
) -> None:
    """Train a style of the embedded generator to match its teacher, and ship its offsets.

    Portraits that `train portraits` left in the folder are inverted and trained on, too.
    """
    if name not in styles.BUNDLED:
        raise typer.BadParameter(f"{name!r} is no style; there are {', '.join(styles.BUNDLED)}")
    chosen, folder, generator = styles.BUNDLED[name], work / "styles", load_generator()
    where = device_of(device)
    groups = [list(style_faces.make_faces(folder / "faces", generator, load_mapping(), where))]
    model = open_model(EMBEDDED, where)
    if inverted := list(style_faces.invert_portraits(folder / "visitors", model, work / "portraits")):
        groups.append(inverted)
    offsets, steps = style_training.train(folder, minutes, chosen, generator, groups, model.lpips, where)
    story = {"title": chosen.title, "steps": str(steps)}
    styles.write_style(chosen.path, offsets, story | STORY | {"data": "pictures of the generator and of the teacher"})


@app.command("styles-table")
def measure_styles(
    work: Work,
    photos: Annotated[list[Path], typer.Argument(help="Portraits that were not used in training.")],
    device: Device = None,
) -> None:
    """Measure the styles on portraits, and write the table and strips of docs/styles.md; measurements are cached."""
    with training_packages():
        from hyperstyle.training.styles import measure_styles, styles_report
    folder = work / "styles" / "measured"
    bench = measure_styles.StyleBench(Inverter.load(EMBEDDED, device_of(device)), load_labeller(), folder)
    shipped_styles = [one for one in styles.BUNDLED.values() if one.path.exists()]
    styles_report.write_report(ASSETS.parent / "docs", bench, photos, shipped_styles, typer.echo)


@app.command("paste-table")
def measure_pasting(
    work: Work,
    photos: Annotated[list[Path], typer.Argument(help="Portraits that were not used in training.")],
    device: Device = None,
) -> None:
    """Measure edits in photos, and write the table and strips of docs/paste.md; measurements are cached."""
    with training_packages():
        from hyperstyle.training.pasting import measure_pasting, pasting_report
    inverter = Inverter.load(EMBEDDED, device_of(device))
    bench = measure_pasting.PasteBench(inverter, load_labeller(), load_identity(), work / "pasting")
    pasting_report.write_report(ASSETS.parent / "docs", bench, photos, typer.echo)


@app.command("ship")
def ship_networks(work: Work) -> None:
    """Write the networks as they are now into assets/, in half precision or 8 bits and with their story."""
    for name, (file, _, network) in trained_parts(trained_model(work)).items():
        steps = read_checkpoint(work / file)["step"]
        story = {"network": name, "steps": str(steps)} | STORY
        # The code that the encoder finds is only where a descent begins, so 8 bits are enough.
        assets.ship(network, ASSETS / f"{name}.safetensors", story, in_8_bits=name == "w-encoder")


def trained_parts(model: EmbeddedModel) -> dict[str, tuple[str, str, nn.Module]]:
    """The name in assets/ of every network trained -> its checkpoint, what it is called there, and itself."""
    return {
        "w-encoder": (ENCODER, "encoder", model.w_encoder),
        "hypernetwork": (HYPERNETWORK, "refiner", model.hypernetwork),
        "preview": (checkpoint_of(SIZE), "head", model.head),
    }


def trained_model(work: Path) -> EmbeddedModel:
    """The embedded model as its trainings have left it so far."""
    encoder, hypernetwork = SmallEncoder(), Refiner()
    encoder.load_state_dict(averaged(work / ENCODER))
    if (work / HYPERNETWORK).exists():
        hypernetwork.load_state_dict(averaged(work / HYPERNETWORK))
    lpips = load_lpips(fetch(WEIGHTS["lpips-alexnet"]))
    model = EmbeddedModel(load_generator(), fitted_preview(work), encoder, hypernetwork, lpips)
    return model.eval().requires_grad_(False)


def evaluator_in(work: Path, device: str | None) -> "Evaluator":
    """Return what renders and measures faces along directions; its measurements are cached in the folder."""
    with training_packages():
        from hyperstyle.training.directions.measure_directions import Evaluator
    draw = generated_pictures.full_renderer(load_generator(), device_of(device))
    return Evaluator(draw, load_labeller(), load_identity(), work / "directions")


def arcface() -> ArcFaceNetwork:
    """Load ArcFace for the identity loss."""
    with training_packages():
        return ArcFaceNetwork(fetch(WEIGHTS["arcface-mobile"]))


def checkpoint_of(size: int) -> str:
    """Return the name of the checkpoint of a preview head."""
    return f"preview-{size}.pt"


def fitted_preview(work: Path, size: int = SIZE) -> PreviewHead:
    """Load a preview head from its training's checkpoint."""
    head = PreviewHead(size)
    head.load_state_dict(averaged(work / checkpoint_of(size)))
    return head.eval().requires_grad_(False)


def averaged(checkpoint: Path) -> dict[str, Any]:
    """The averaged weights in a training's checkpoint."""
    weights: dict[str, Any] = read_checkpoint(checkpoint)["average"]
    return weights


def read_checkpoint(checkpoint: Path) -> dict[str, Any]:
    """A training's checkpoint."""
    if not checkpoint.exists():
        raise StudioError(f"There is no {checkpoint.name} in {checkpoint.parent} yet: train it first.")
    saved: dict[str, Any] = torch.load(checkpoint, weights_only=True)
    return saved
