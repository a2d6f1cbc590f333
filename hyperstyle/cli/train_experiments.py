"""`python -m hyperstyle train ablations` and `train hyperinverter`: trainings for comparison, which ship nothing."""

from typing import Annotated

import typer

from hyperstyle.cli.options import Device, device_of, training_packages
from hyperstyle.cli.train import Minutes, Work, arcface, fitted_preview, trained_model
from hyperstyle.paths import ASSETS
from hyperstyle.training.experiments import ablations, hyperinverter_training
from hyperstyle.training.faces import w_encoder_training
from hyperstyle.weights.embedded_loading import load_embedded_model, load_mapping

app = typer.Typer()


@app.command("ablations")
def train_ablations(
    work: Work,
    minutes: Annotated[float, typer.Option(help="Time limit for each variant in this run.")],
    updates: Annotated[int, typer.Option(help="Training steps of each variant.")] = 800,
    device: Device = None,
) -> None:
    """Train variants of HyperStyle's design on the same budget, and write the table of docs/ablations.md; resumable.

    Needs the results of `portraits`, `relatives` and `preview --size 64` in the folder.
    """
    with training_packages():
        from hyperstyle.training.experiments import ablations_report
    where = device_of(device)
    model = load_embedded_model()
    model.head = fitted_preview(work, w_encoder_training.SMALL)
    training = ablations.prepare_training(work, model, updates, minutes, where)
    results = {}
    for variant in ablations.VARIANTS:
        if training.result(variant) is None:
            training.train(variant)
        if result := training.result(variant):
            results[variant] = result
            ablations_report.write_report(ASSETS.parent / "docs" / "ablations.md", results)


@app.command("hyperinverter")
def train_hyperinverter(
    work: Work,
    minutes: Minutes,
    adversarial_from: Annotated[
        int, typer.Option(help="Step from which a discriminator is trained and its loss counts.")
    ] = hyperinverter_training.START,
    device: Device = None,
) -> None:
    """Train HyperInverter on the embedded generator: one pass that predicts what is added to the kernels.

    It has been run for hundreds of steps at a small size and for a few at full size. Training it to the end needs a
    GPU and has not been tried.
    """
    model, where = trained_model(work), device_of(device)
    hyperinverter_training.train(work, minutes, model, load_mapping(), arcface(), where, adversarial_from)
