"""Everything runs where the model is: torch's meta device refuses a tensor that is left on the CPU."""

import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from hyperstyle.domain_table import DOMAINS
from hyperstyle.editing.directions import Direction, Edit
from hyperstyle.editing.rendering import Renderer
from hyperstyle.editing.styles import BundledStyle, Style
from hyperstyle.editing.text_edits import StyleSpaceDirection, StyleSpaceEdit
from hyperstyle.editing.text_model import embed_sentences
from hyperstyle.inversion import restyle
from hyperstyle.inversion.hyperstyle import Model
from hyperstyle.inversion.inversion import Inversion
from hyperstyle.inversion.methods import Method, default_method, methods_of
from hyperstyle.inversion.polish import polish
from hyperstyle.inversion.step import Step
from hyperstyle.networks.embedded_model import EmbeddedModel
from hyperstyle.networks.generator import Generator
from hyperstyle.networks.lpips import Lpips
from hyperstyle.networks.mobile_stylegan import MappingNetwork, MobileGenerator
from hyperstyle.networks.preview_head import PreviewHead
from hyperstyle.networks.published_models import ReStyleModel
from hyperstyle.networks.refiner import Refiner
from hyperstyle.networks.small_encoder import SmallEncoder
from hyperstyle.photo.quads import fitted_quad
from hyperstyle.training.core.loop import update
from hyperstyle.training.core.previews import preview_size
from hyperstyle.training.experiments import ablations, hyperinverter_training
from hyperstyle.training.experiments.encoded_photos import EncodedPhotos
from hyperstyle.training.experiments.small_hyperinverter import SmallHyperInverter
from hyperstyle.training.faces import hypernetwork_training, preview_training, w_encoder_training
from hyperstyle.training.styles import style_faces, style_training
from hyperstyle.training.text import text_model_training
from hyperstyle.weights.model_loading import PUBLISHED
from tests.text_at_hand import random_model

META = torch.device("meta")
FULL = [name for name, domain in DOMAINS.items() if domain.options]
STEPS = 2


def embedded_model() -> EmbeddedModel:
    """The embedded model, without its weights."""
    with META:
        model = EmbeddedModel(MobileGenerator(), PreviewHead(), SmallEncoder(), Refiner(), Lpips())
        model.mapping = MappingNetwork()
    return model.eval().requires_grad_(False)


def model_of(domain: str) -> Model:
    """The model of a domain at its full size, without its weights."""
    options = DOMAINS[domain].options
    if options is None:
        return embedded_model()
    with META:
        model = PUBLISHED[DOMAINS[domain].architecture](options)
        model.lpips = Lpips()
    return model.eval().requires_grad_(False)


def photo_of(model: Model, count: int = 1) -> Tensor:
    return torch.rand(count, 3, model.view.height, model.view.width, device=META)


def assert_on_meta(step: Step, count: int = 1) -> None:
    assert len(step.picture) == len(step.codes) == count
    for tensor in (step.picture, step.codes, *step.offsets.values()):
        assert tensor.device == META


METHODS_OF_DOMAINS = [
    (name, method)
    for name, domain in DOMAINS.items()
    for method in methods_of(domain).values()
    if not method.own_weights
]


@pytest.mark.parametrize(("domain", "method"), METHODS_OF_DOMAINS, ids=lambda value: getattr(value, "name", value))
def test_every_method_runs_where_the_model_is(domain: str, method: Method) -> None:
    model = model_of(domain)
    steps = list(method.invert(model, photo_of(model, 2), STEPS))
    assert steps
    for step in steps:
        assert_on_meta(step, count=2)


def test_restyle_runs_where_its_model_is() -> None:
    options = replace(DOMAINS["faces"].options, encoder_type="ProgressiveBackboneEncoder")
    with META:
        model = ReStyleModel(options).eval().requires_grad_(False)
    for step in restyle.invert(model, photo_of(model), STEPS):
        assert_on_meta(step)


def inversion_of(domain: str, model: Model) -> Inversion:
    """An inversion as a visitor has it: on the CPU, its offsets in 16 bits."""
    *_, step = default_method(DOMAINS[domain]).invert(model, photo_of(model), 1)
    offsets = {layer: torch.zeros(offset.shape, dtype=torch.half) for layer, offset in step.offsets.items()}
    codes, mode = torch.zeros(step.codes.shape), model.generator.offset_mode
    return Inversion(domain, "test", codes, offsets, fitted_quad(64, 64, 1.0), (64, 64), (), mode)


@pytest.mark.parametrize("domain", DOMAINS)
def test_edits_text_edits_and_polish_run_where_the_model_is(domain: str) -> None:
    model = model_of(domain)
    inversion = inversion_of(domain, model)
    canvas = Renderer.of(model, inversion)
    edit = Edit(Direction("age", "Age", "younger", "older", torch.ones(512), (0, 8)), 2.0)
    width = model.generator.styles(canvas.codes)[3].shape[1]
    said = StyleSpaceEdit(StyleSpaceDirection("a -> b", {3: torch.ones(width)}, width), 4.0)
    assert canvas.picture([edit], [said]).device == META
    for kernel in canvas.kernels.values():
        assert kernel.device == META
    codes, offsets = inversion.on(model.generator)
    start = Step(1, canvas.picture(), codes, offsets)
    for step in polish(model, photo_of(model), start, STEPS):
        assert_on_meta(step)


def test_styles_run_where_the_model_is() -> None:
    model = embedded_model()
    inversion = inversion_of("faces-lite", model)
    shipped = Style(offsets={9: torch.zeros(1, 1, 1, 1, dtype=torch.half)})
    assert Renderer.of(*shipped.apply(model, inversion)).picture().device == META


@pytest.mark.parametrize("domain", FULL)
def test_a_tuned_generator_that_comes_from_a_file_follows_the_model(domain: str) -> None:
    model = model_of(domain)
    generator: Generator = copy.deepcopy(model.generator)
    tuned = Style(generator=generator, layers=(14, 15))
    drawing, styled = tuned.apply(model, inversion_of(domain, model))
    assert Renderer.of(drawing, styled).picture().device == META


def test_a_text_model_reads_and_sees_where_its_network_is() -> None:
    model = random_model()
    model = replace(model, network=model.network.to(META))
    assert embed_sentences(model, ["an old face"]).device == META
    assert model.embed_pictures(torch.rand(2, 3, 256, 256, device=META)).device == META


# --- trainings ------------------------------------------------------------------------------------------------------


def trained(network: torch.nn.Module, loss: Tensor) -> None:
    """Take the step that a loss asks for."""
    assert loss.device == META
    loss.backward()
    optimizer = torch.optim.AdamW(network.parameters())
    update(network, copy.deepcopy(network).requires_grad_(False), optimizer, step=1)


def test_the_preview_and_the_encoder_are_trained_where_they_are() -> None:
    model = embedded_model()
    codes, photos = torch.rand(2, 512, device=META), photo_of(model, 2)
    head = PreviewHead().to(META)
    features = model.generator.features(model.generator.styles(codes), model.generator.kernels(), head.features)
    trained(head, preview_training.fitting_loss(head, features, codes, photos))

    encoder_loss = w_encoder_training.EncoderLoss(
        model.generator, model.head, PreviewHead(w_encoder_training.SMALL), model.lpips, PhotoMetrics()
    )
    encoder_loss.to_device(META)
    encoder, look = SmallEncoder().to(META), torch.rand(512, 3072, device=META)
    known = torch.rand(2, 3, 128, 128, device=META), codes
    trained(encoder, w_encoder_training.training_loss(encoder, encoder_loss, look, known, photos))


class PhotoMetrics(torch.nn.Module):
    """Stands where ArcFace does, whose weights are for trainings alone."""

    def distance(self, pictures: Tensor, photos: Tensor) -> Tensor:
        return (pictures - photos).abs().mean((1, 2, 3))


@pytest.mark.parametrize("real", [False, True])
def test_the_hypernetwork_is_trained_where_it_is(real: bool) -> None:
    model = embedded_model()
    targets = hypernetwork_training.Targets(model, model.mapping, photo_of(model, 3))
    network = copy.deepcopy(model.hypernetwork).train().requires_grad_(True)
    hypernetwork_training.backward(model, network, targets.batch(4), PhotoMetrics().distance, real)
    assert all(parameter.grad is not None and parameter.grad.device == META for parameter in network.parameters())


def test_hyperinverter_and_variants_are_trained_where_they_are(tmp_path: Path) -> None:
    model = embedded_model()
    photos, codes = photo_of(model, 2), torch.rand(2, 512, device=META)
    with META:
        network = SmallHyperInverter(model.generator.own_kernels(), (3, 4))
        adversary = hyperinverter_training.DiscriminatorTrainer(preview_size(model))
    training = hyperinverter_training.HyperInverterTraining(
        model, lambda: (photos, codes), (photos, codes), PhotoMetrics().distance
    )
    _, made = training.pictures(network, photos, codes)
    trained(network, (model.distance(made, photos) + adversary.generator_loss(made)).mean())
    adversary.train_step(made, photos, step=0)

    variant = ablations.VARIANTS[0]
    known = EncodedPhotos(torch.zeros(2, 3, 128, 128, dtype=torch.uint8), torch.zeros(2, 2, 512), portraits=2)
    ablation = ablations.AblationTraining(model, known, torch.rand(1, 3, 128, 128, device=META), tmp_path, 1, 1.0)
    pairwise = variant.network().to(META)
    trained(pairwise, next(ablation.losses(pairwise, variant, 0)).mean())


def test_styles_and_the_text_model_are_trained_where_they_are(tmp_path: Path) -> None:
    model = embedded_model()
    file = tmp_path / "face.webp"
    Image.fromarray(np.zeros((style_faces.SIZE, style_faces.SIZE, 3), np.uint8)).save(file)
    chosen = BundledStyle("pencil", "Pencil", (13, 14, 15))
    face = style_faces.TrainingFace(file, torch.zeros(1, 512), {9: torch.zeros(1, 1, 1, 1, dtype=torch.half)})
    dataset = style_training.StyleDataset(model.generator, [face], chosen)
    own = model.generator.kernels()
    moves = style_training.KernelChanges(own, dataset.whitening_bases(chosen.layers, [0]))
    loss = dataset.loss(moves(own), 0, model.lpips)
    loss.backward()
    style_training.Muon(moves.parameters(), torch.float32).step()
    assert loss.device == META

    words = random_model()
    network = words.network.to(META).requires_grad_(True)
    tokens = words.tokens(["an old face", "a smiling face"]).to(META)
    pictures = torch.rand(2, 3, words.side, words.side, device=META)
    trained(network, text_model_training.clip_loss(*text_model_training.embed_both(network, pictures, tokens)))
