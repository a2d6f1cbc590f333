"""Inverters for tests, with real tools and with real but small models."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import torch

from hyperstyle.domain_table import DOMAINS, Domain
from hyperstyle.editing.directions import Direction
from hyperstyle.editing.styles import Style, open_style
from hyperstyle.inverter import Inverter
from hyperstyle.metrics.identity import FaceIdentity
from hyperstyle.metrics.photo_metrics import MetricsEvaluator
from hyperstyle.networks.published_models import HyperInverterModel, HyperStyleModel, Options
from hyperstyle.networks.stylegan2 import CONFIG_F, Design
from hyperstyle.photo.faces import FaceFinder
from hyperstyle.weights.lpips_loading import load_lpips
from tests.weights_at_hand import weight_file

LAYERS = (4, 10)
"""Layers whose offsets do not need the shared hypernetwork, which would be 512 MB of random numbers."""


def small_inverter(
    directions: Mapping[str, Direction] | None = None, open_style: Callable[[Domain, str], Style] = open_style
) -> Inverter:
    """An `Inverter` for faces, whose model has random weights and a narrow generator of 64 pixels."""
    torch.manual_seed(0)
    design = replace(CONFIG_F, channel_max=64)
    options = Options(64, "SharedWeightsHyperNetResNet", "ffhq_hypernet", LAYERS, design=design)
    model = HyperStyleModel(options).eval().requires_grad_(False)
    model.lpips = lpips = load_lpips(weight_file("lpips-alexnet"))
    finder = FaceFinder(weight_file("dlib-landmarks"))
    identity = FaceIdentity(finder, weight_file("dlib-identity"))
    return Inverter(
        DOMAINS["faces"], model, finder, MetricsEvaluator(lpips, identity), directions=directions, open_style=open_style
    )


def small_churches() -> Inverter:
    """An `Inverter` for churches: HyperInverter with random weights and a generator of 64 pixels."""
    torch.manual_seed(0)
    design = Design(channel_base=2048, channel_max=64, conv_clamp=256, equalised=False)
    options = Options(64, "ResNetLayerWiseEncoder", "church_encode", (0, 1, 2, 12), hidden_dim=8, design=design)
    model = HyperInverterModel(options).eval().requires_grad_(False)
    model.lpips = lpips = load_lpips(weight_file("lpips-alexnet"))
    return Inverter(DOMAINS["churches"], model, None, MetricsEvaluator(lpips, None))
