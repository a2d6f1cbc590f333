"""Loads the embedded tier's models: the face generator from a Python package, our own networks from assets/."""

from pathlib import Path

from torch import nn

from hyperstyle.networks.code_transform import CodeTransform
from hyperstyle.networks.compact_generator import CompactGenerator
from hyperstyle.networks.compact_model import LAYERS, CompactModel
from hyperstyle.networks.embedded_model import EmbeddedModel
from hyperstyle.networks.feedback import Feedback
from hyperstyle.networks.mobile_stylegan import MappingNetwork, MobileGenerator
from hyperstyle.networks.preview_head import PreviewHead
from hyperstyle.networks.refiner import Refiner
from hyperstyle.networks.small_encoder import NARROW, SmallEncoder
from hyperstyle.paths import ASSETS
from hyperstyle.weights import openvino
from hyperstyle.weights.assets import load_shipped
from hyperstyle.weights.catalogue import WEIGHTS
from hyperstyle.weights.fetching import fetch
from hyperstyle.weights.lpips_loading import load_lpips

# Files of a compact model in its folder of assets/:
GENERATOR = "generator.safetensors"
W_ENCODER = "w-encoder.safetensors"
FEEDBACK = "feedback.safetensors"


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


def load_compact_model(folder: Path) -> CompactModel:
    """Return the whole model in a folder of assets/, on the CPU in single precision.

    Its mapping is that of faces, whose codes are transformed.
    """
    generator, transform = load_compact_generator(folder)
    w_encoder = load_shipped(SmallEncoder(NARROW), folder / W_ENCODER)
    feedback = load_shipped(Feedback(LAYERS), folder / FEEDBACK)
    model = CompactModel(generator, w_encoder, feedback, load_lpips(fetch(WEIGHTS["lpips-alexnet"])))
    model.mapping = nn.Sequential(load_mapping(), transform)
    return model.eval().requires_grad_(False)


def load_compact_generator(folder: Path) -> tuple[CompactGenerator, CodeTransform]:
    """Return the generator in a folder of assets/, and the map to its codes from those of faces."""
    generator, transform = CompactGenerator(), CodeTransform()
    load_shipped(nn.ModuleDict({"generator": generator, "transform": transform}), folder / GENERATOR)
    return generator, transform
