"""`python -m hyperstyle train text`, `train relevance` and `train text-table`: models and tables of text edits."""

from pathlib import Path
from typing import Annotated

import typer

from hyperstyle.cli.classifiers import load_describer, load_identity
from hyperstyle.cli.options import Device, DomainName, Photos, device_of, domain_of, photos_in, training_packages
from hyperstyle.cli.train import STORY, Minutes, Work
from hyperstyle.domain_table import EMBEDDED, TextTables
from hyperstyle.editing.channel_relevance import convolution_styles, write_relevance
from hyperstyle.editing.text_loading import (
    CLIP_WEIGHTS,
    NETWORK_FILE,
    RELEVANCE_FILE,
    load_clip,
    load_embedded_text_model,
    relevance_file,
)
from hyperstyle.editing.text_model import TextModel
from hyperstyle.files import ensure_dir
from hyperstyle.inversion.hyperstyle import Model
from hyperstyle.inverter import Inverter
from hyperstyle.networks.embedded_model import EmbeddedModel
from hyperstyle.networks.mobile_stylegan import BLOCKS
from hyperstyle.networks.stylegan2 import StyleGan2
from hyperstyle.paths import ASSETS
from hyperstyle.training.text.relevance_training import PictureSource, compute, rendered_pictures, stored_pictures
from hyperstyle.weights import assets
from hyperstyle.weights.catalogue import WEIGHTS
from hyperstyle.weights.fetching import fetch
from hyperstyle.weights.model_loading import open_model

app = typer.Typer()


@app.command("text")
def train_text(work: Work, minutes: Minutes, device: Device = None) -> None:
    """Label the pictures that are not labelled yet, train our own small CLIP on them, and ship it."""
    with training_packages():
        from hyperstyle.training.text import text_model_training
    text_model_training.train(work, minutes, load_describer(), device_of(device), typer.echo)
    story = text_model_training.metadata_of(work) | STORY
    assets.ship(text_model_training.load_trained(work), ASSETS / NETWORK_FILE, story, in_8_bits=True)


@app.command("relevance")
def compute_relevance(
    work: Work,
    domain: DomainName = EMBEDDED.name,
    pictures: Annotated[int, typer.Option(min=1, help="Number of pictures to embed.")] = 5000,
    clip: Annotated[bool, typer.Option("--clip", help="Use ViT-B/32 instead of our own text model.")] = False,
    device: Device = None,
) -> None:
    """Compute the relevance of a generator's style channels to a text model, and their standard deviations.

    For the embedded generator and our own text model the result is shipped. Other results are written into the folder,
    which HYPERSTYLE_WEIGHTS can then name.
    """
    chosen, where = domain_of(domain), device_of(device)
    own = chosen.text is TextTables.BUNDLED and not clip
    asked: TextModel = (
        load_embedded_text_model(ASSETS / NETWORK_FILE, where)
        if own
        else load_clip(fetch(WEIGHTS[CLIP_WEIGHTS]), where)
    )
    model = open_model(chosen, where)
    source = picture_source_of(model, work / "pictures" if own else None, asked.side)
    file = ASSETS / RELEVANCE_FILE if own else ensure_dir(work) / relevance_file(chosen)
    checkpoint = work / f"{chosen.name}-{'own' if own else 'clip'}-relevance.pt"
    found = compute(checkpoint, source, asked, pictures, typer.echo)
    story = {"pictures": str(pictures), "domain": chosen.name, "made by": STORY["made by"]}
    write_relevance(file, found, model.generator, story)
    typer.echo(file)


@app.command("text-table")
def measure_text(photos: Photos, work: Work, device: Device = None) -> None:
    """Invert photos, edit them by text, measure labels and identity, and write the table of docs/text.md; resumable."""
    with training_packages():
        from hyperstyle.training.text import measure_text
    bench = measure_text.TextEditBench(
        Inverter.load(EMBEDDED, device_of(device)),
        load_describer(),
        load_identity(),
        work / "text-table",
    )
    measure_text.run(photos_in(photos), bench, ASSETS.parent / "docs", typer.echo)


def picture_source_of(model: Model, folder: Path | None, side: int) -> PictureSource:
    """Return a model's pictures: stored ones from `folder` with this side, or else small rendered ones."""
    generator, mapping = model.generator, model.mapping
    kernels = generator.kernels()
    if isinstance(model, EmbeddedModel):
        head, features = model.head, model.generator.features
        indices = range(1 + 3 * sum(block.size <= head.features for block in BLOCKS))
        if folder:
            return stored_pictures(generator, model.mapping, indices, folder, side)
        return rendered_pictures(
            *(generator, mapping, indices),
            lambda styles, codes: head(features(styles, kernels, head.features), codes),
        )
    assert isinstance(generator, StyleGan2)
    return rendered_pictures(
        *(generator, mapping, convolution_styles(generator)),
        lambda styles, _: model.view.crop(generator.synthesize(styles, kernels)),
    )
