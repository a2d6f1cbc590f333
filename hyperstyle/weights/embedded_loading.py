"""Loads the embedded model: the generator from a Python package, our own networks from assets/."""

from hyperstyle.networks.embedded_model import EmbeddedModel
from hyperstyle.networks.mobile_stylegan import MappingNetwork, MobileGenerator
from hyperstyle.networks.preview_head import PreviewHead
from hyperstyle.networks.refiner import Refiner
from hyperstyle.networks.small_encoder import SmallEncoder
from hyperstyle.paths import ASSETS
from hyperstyle.weights import openvino
from hyperstyle.weights.assets import load_shipped
from hyperstyle.weights.catalogue import WEIGHTS
from hyperstyle.weights.fetching import fetch
from hyperstyle.weights.lpips_loading import load_lpips


def load_mapping() -> MappingNetwork:
    """Return the mapping network, downloaded if it is missing."""
    fetch(WEIGHTS["random-face-mapping-bin"])
    return openvino.load_mapping(fetch(WEIGHTS["random-face-mapping-xml"]))


def load_generator() -> MobileGenerator:
    """Return the synthesis network, downloaded if it is missing."""
    fetch(WEIGHTS["random-face-synthesis-bin"])
    return openvino.load_generator(fetch(WEIGHTS["random-face-synthesis-xml"]))


def load_embedded_model() -> EmbeddedModel:
    """Return the whole embedded model, on the CPU in single precision."""
    w_encoder = load_shipped(SmallEncoder(), ASSETS / "w-encoder.safetensors")
    hypernetwork = load_shipped(Refiner(), ASSETS / "hypernetwork.safetensors")
    head = load_shipped(PreviewHead(), ASSETS / "preview.safetensors")
    lpips = load_lpips(fetch(WEIGHTS["lpips-alexnet"]))
    model = EmbeddedModel(load_generator(), head, w_encoder, hypernetwork, lpips)
    model.mapping = load_mapping()
    return model.eval().requires_grad_(False)
