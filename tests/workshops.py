"""Workshops for tests: real tools, and real but small models."""

import torch

from hyperstyle.domains import DOMAINS
from hyperstyle.metrics import FaceIdentity, Measure
from hyperstyle.networks.full import FullModel, HyperInverterModel, Options
from hyperstyle.networks.stylegan2 import Design
from hyperstyle.photo.faces import FaceFinder
from hyperstyle.weights.lpips import load_lpips
from hyperstyle.workshop import Workshop
from tests.weights_at_hand import weight_file

LAYERS = (4, 10)
"""Of those that need no shared matrices, which would be 512 MB of random numbers."""


def small_workshop() -> Workshop:
    """One for faces, whose generator has random weights and draws 64 pixels square."""
    torch.manual_seed(0)
    model = FullModel(Options(64, "SharedWeightsHyperNetResNet", "ffhq_hypernet", LAYERS)).eval().requires_grad_(False)
    model.lpips = lpips = load_lpips(weight_file("lpips-alexnet"))
    finder = FaceFinder(weight_file("dlib-landmarks"))
    identity = FaceIdentity(finder, weight_file("dlib-identity"))
    return Workshop(DOMAINS["faces"], model, finder, Measure(lpips, identity))


def small_churches() -> Workshop:
    """One for churches: HyperInverter with random weights, whose generator draws 64 pixels square."""
    torch.manual_seed(0)
    design = Design(channel_base=2048, channel_max=64, conv_clamp=256, equalised=False)
    options = Options(64, "ResNetLayerWiseEncoder", "church_encode", (0, 1, 2, 12), hidden_dim=8, design=design)
    model = HyperInverterModel(options).eval().requires_grad_(False)
    model.lpips = lpips = load_lpips(weight_file("lpips-alexnet"))
    return Workshop(DOMAINS["churches"], model, None, Measure(lpips, None))
