"""A small HyperInverter learns, is trained against a discriminator, and resumes after a kill."""

import copy
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor

from hyperstyle.networks.embedded_model import EmbeddedModel
from hyperstyle.networks.mobile_stylegan import MappingNetwork, MobileGenerator
from hyperstyle.networks.preview_head import PreviewHead
from hyperstyle.networks.refiner import Refiner
from hyperstyle.networks.small_encoder import SmallEncoder
from hyperstyle.training.experiments.discriminator import Discriminator
from hyperstyle.training.experiments.hyperinverter_training import DiscriminatorTrainer, HyperInverterTraining
from hyperstyle.training.experiments.small_hyperinverter import SmallHyperInverter, Widths
from hyperstyle.training.faces.hypernetwork_training import Targets
from hyperstyle.weights.lpips_loading import load_lpips
from hyperstyle.weights.openvino import load_generator, load_mapping
from tests.weights_at_hand import weight_file

LAYERS, TINY = (3, 4), Widths((8, 8, 16, 16), features=16, hidden=8)
SIDE, PHOTOS, BATCH = 32, 6, 2
START = 60
"""Step from which the adversarial loss counts."""
LINE = re.compile(r"step (\d+): held out, L2/LPIPS ([\d.]+)/([\d.]+) -> ([\d.]+)/([\d.]+)(, discriminator)?")

ENDLESS = """
import sys
from pathlib import Path
from tests.training.experiments.test_hyperinverter_training import training_of, network_of, opened
training = training_of(*opened(), save_every=2)
training.train(Path(sys.argv[1]), 60, network_of(training))
"""


def opened() -> tuple[MobileGenerator, MappingNetwork]:
    generator, mapping = (weight_file(f"random-face-{name}-xml") for name in ("synthesis", "mapping"))
    return load_generator(generator), load_mapping(mapping)


def training_of(generator: MobileGenerator, mapping: MappingNetwork, save_every: float = 600) -> HyperInverterTraining:
    """Training on a few small pictures of perturbed kernels, from the codes that they were rendered with."""
    torch.manual_seed(0)
    lpips = load_lpips(weight_file("lpips-alexnet"))
    model = EmbeddedModel(copy.deepcopy(generator), PreviewHead(SIDE), SmallEncoder(), Refiner(LAYERS), lpips)
    model.eval().requires_grad_(False)
    codes = mapping(torch.randn(PHOTOS, 512), 0.8).detach()
    photos = Targets(model, mapping, torch.empty(0)).perturbed_pictures(codes)

    def examples() -> tuple[Tensor, Tensor]:
        picked = torch.randperm(PHOTOS)[:BATCH]
        return photos[picked], codes[picked]

    def likeness(some: Tensor, others: Tensor) -> Tensor:
        return (some - others).abs().mean((1, 2, 3))

    return HyperInverterTraining(model, examples, (photos, codes), likeness, START, rate=3e-3, save_every=save_every)


def network_of(training: HyperInverterTraining) -> SmallHyperInverter:
    return SmallHyperInverter(training.model.generator.own_kernels(), LAYERS, TINY)


def test_pictures_get_nearer_a_discriminator_joins_and_a_killed_training_goes_on(
    generator: MobileGenerator, mapping: MappingNetwork, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checkpoint = tmp_path / "hyperinverter.pt"
    process = subprocess.Popen([sys.executable, "-c", ENDLESS, checkpoint], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    lines = []
    for text in process.stdout:
        line = LINE.match(text)
        assert line is not None, text
        lines.append(line)
        if int(line[1]) > START:
            break
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert lines, "it ended before its first report"
    last = lines[-1]
    assert float(last[4]) < 0.8 * float(last[2]), "L2 has fallen"
    assert float(last[5]) < float(last[3]), "LPIPS has fallen"
    assert [line[6] is not None for line in lines] == [int(line[1]) > START for line in lines]
    assert int(last[1]) > START

    training = training_of(generator, mapping)
    training.train(checkpoint, 0.01, network_of(training))
    resumed = LINE.match(capsys.readouterr().out)
    assert resumed is not None
    assert int(resumed[1]) > int(last[1])
    assert float(resumed[4]) < 0.8 * float(resumed[2])


def test_training_starts_from_the_generator_as_it_is(generator: MobileGenerator, mapping: MappingNetwork) -> None:
    training = training_of(generator, mapping)
    first, second = training.pictures(network_of(training), *training.held)
    torch.testing.assert_close(first, second, atol=1e-4, rtol=0)  # a batch may be summed in another order


def test_the_discriminator_learns_and_its_gradient_reaches_the_pictures() -> None:
    torch.manual_seed(0)
    photos, pictures = torch.rand(8, 3, SIDE, SIDE), torch.rand(8, 3, SIDE, SIDE) - 0.5
    adversary = DiscriminatorTrainer(SIDE)
    for step in range(48):
        adversary.train_step(pictures, photos, step)
    assert adversary.network(photos).min() > adversary.network(pictures).max()
    seen = pictures.clone().requires_grad_()
    adversary.generator_loss(seen).sum().backward()
    assert seen.grad is not None
    lighter = pictures - 0.1 * seen.grad.sign()
    assert (adversary.generator_loss(lighter) < adversary.generator_loss(pictures)).all()


@pytest.mark.parametrize("size", [16, 32, 256])
def test_a_discriminator_judges_pictures_of_its_size(size: int) -> None:
    assert Discriminator(size)(torch.zeros(2, 3, size, size)).shape == (2,)
