"""`python -m hyperstyle train text`, `train relevance` and `train text-table`: what edits in words are made of."""

from pathlib import Path
from typing import Annotated

import typer

from hyperstyle.cli.options import Device, Photos, device_of, domain_of, photos_in, training_packages
from hyperstyle.cli.train import STORY, Minutes, Work
from hyperstyle.domains import ASSETS, EMBEDDED
from hyperstyle.editing.relevance import convolutions, write_relevance
from hyperstyle.editing.text_model import TextModel
from hyperstyle.editing.text_tools import CLIP, NETWORK, RELEVANCE, open_full, open_own, open_wordsmith, relevance_file
from hyperstyle.inversion.hyperstyle import Model
from hyperstyle.metrics import FaceIdentity
from hyperstyle.networks.embedded import EmbeddedModel
from hyperstyle.networks.mobile import BLOCKS
from hyperstyle.networks.stylegan2 import StyleGan2
from hyperstyle.photo.faces import FaceFinder
from hyperstyle.training.text_relevance import Subject, compute, drawn, stored
from hyperstyle.weights import shipped
from hyperstyle.weights.catalogue import WEIGHTS
from hyperstyle.weights.fetching import fetch
from hyperstyle.weights.models import open_model
from hyperstyle.workshop import Workshop
from hyperstyle.writing import made_folder

app = typer.Typer()


@app.command("text")
def train_text(work: Work, minutes: Minutes, device: Device = None) -> None:
    """Train our own model of texts and pictures on the labelled pictures, and ship it as it then is."""
    with training_packages():
        from hyperstyle.training import text
    text.train(work, minutes, device_of(device), typer.echo)
    shipped.ship(text.trained(work), ASSETS / NETWORK, text.story(work) | STORY)


@app.command("relevance")
def compute_relevance(
    work: Work,
    domain: Annotated[str, typer.Option(help="Whose generator.")] = EMBEDDED.name,
    pictures: Annotated[int, typer.Option(min=1, help="How many pictures to look at.")] = 5000,
    clip: Annotated[bool, typer.Option("--clip", help="For ViT-B/32 where our own text model would be asked.")] = False,
    device: Device = None,
) -> None:
    """Compute what every channel of a generator means to a text model, and how much it varies.

    For the embedded generator and our own text model the outcome is shipped; else it is put into the folder, which
    HYPERSTYLE_WEIGHTS may then name.
    """
    chosen, where = domain_of(domain), device_of(device)
    own = chosen is EMBEDDED and not clip
    asked: TextModel = open_own(ASSETS / NETWORK, where) if own else open_full(fetch(WEIGHTS[CLIP]), where)
    model = open_model(chosen.name, where)
    subject = subject_of(model, work / "pictures" if own else None, asked.side)
    file = ASSETS / RELEVANCE if own else made_folder(work) / relevance_file(chosen)
    checkpoint = work / f"{chosen.name}-{'own' if own else 'clip'}-relevance.pt"
    found = compute(checkpoint, subject, asked, pictures, typer.echo)
    story = {"pictures": str(pictures), "domain": chosen.name, "made by": STORY["made by"]}
    write_relevance(file, found, model.generator, story)
    typer.echo(file)


@app.command("text-table")
def measure_text(photos: Photos, work: Work, device: Device = None) -> None:
    """Invert photos, edit them in words, ask the labels' classifiers, and write the table of docs/text.md; resumes."""
    with training_packages():
        from hyperstyle.training import labels, labels_networks, text_table
    networks = (fetch(WEIGHTS[name]) for name in ("age-net", "gender-net", "emotion-net"))
    landmarks = fetch(WEIGHTS["dlib-landmarks"])
    workshop = Workshop.open(EMBEDDED, device_of(device))
    bench = text_table.Bench(
        workshop,
        open_wordsmith(EMBEDDED, workshop.model),
        labels.Labeller(landmarks, labels_networks.Networks(*networks)),
        FaceIdentity(FaceFinder(landmarks), fetch(WEIGHTS["dlib-identity"])),
        work / "text-table",
    )
    text_table.run(photos_in(photos), bench, ASSETS.parent / "docs", typer.echo)


def subject_of(model: Model, folder: Path | None, side: int) -> Subject:
    """The generator of a model with pictures of it: those in a folder, so large, or small ones that it draws."""
    generator, mapping = model.generator, model.mapping
    kernels = generator.kernels()
    if isinstance(model, EmbeddedModel):
        head, features = model.head, model.generator.features
        indices = range(1 + 3 * sum(block.size <= head.features for block in BLOCKS))
        if folder:
            return stored(generator, model.mapping, indices, folder, side)
        return drawn(
            *(generator, mapping, indices),
            lambda styles, codes: head(features(styles, kernels, head.features), codes),
        )
    assert isinstance(generator, StyleGan2)
    return drawn(
        *(generator, mapping, convolutions(generator)),
        lambda styles, _: model.view.crop(generator.synthesize(styles, kernels)),
    )
