"""HyperInverter's published files: its own, its W-encoder's, and its generator in NVIDIA's."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from hyperstyle.networks.published_models import LAYERWISE_BACKBONES
from hyperstyle.networks.stylegan2 import Kind, LayerShape, layer_shapes
from hyperstyle.weights import nvidia
from hyperstyle.weights.checkpoint import Checkpoint, Copies, add_average, load_exact, options_of, opts_of
from hyperstyle.weights.model_weights import ModelWeights

TARGETS: Mapping[str, Callable[[LayerShape], bool]] = {
    "conv_without_bias": lambda _: True,
    "conv_without_bias_without_torgb": lambda shape: shape.kind is not Kind.RGB,
}
"""Published name of a set of layers that HyperInverter adds to -> whether a layer is one of them."""


def hyperinverter(file: Checkpoint, generator: Checkpoint, w_encoder: Checkpoint) -> ModelWeights:
    """HyperInverter from its own file, its generator's and its W-encoder's."""
    opts = opts_of(file, encoder_type=LAYERWISE_BACKBONES, target_shape_name=TARGETS, hidden_dim=None)
    design = nvidia.design_of(generator)
    shapes = layer_shapes(int(opts["output_size"]), design)
    layers = tuple(i for i, shape in enumerate(shapes) if TARGETS[opts["target_shape_name"]](shape))
    options = options_of(opts, layers=layers, hidden_dim=int(opts["hidden_dim"]), design=design)
    weights = ModelWeights("hyperinverter", options)
    add_average(generator, weights, "mapping.w_avg", generator.tensors)
    nvidia.claim_generator(generator, weights, beginning(weights.shapes, "generator."))
    name = partial(published_name, shapes=shapes)
    # A W-encoder's file may also hold the generator it was trained with, whose tensors have other names.
    copies = dict.fromkeys(beginning(w_encoder.tensors, "decoder."))
    load_exact(w_encoder, weights, beginning(weights.shapes, "w_encoder."), copies, name)
    ours = beginning(weights.shapes, "encoder.") + beginning(weights.shapes, "hypernetwork.")
    load_exact(file, weights, ours, idle(file, w_encoder), name)
    return weights


def idle(file: Checkpoint, w_encoder: Checkpoint) -> Copies:
    """What HyperInverter's file holds for training alone, and the W-encoder where it repeats it."""
    repeated = {name: w_encoder.tensors.get(name.removeprefix("w_")) for name in beginning(file.tensors, "w_encoder.")}
    return {**dict.fromkeys(beginning(file.tensors, "discriminator.")), **repeated}


def beginning(names: Iterable[str], start: str) -> list[str]:
    """Those of `names` that begin so."""
    return [name for name in names if name.startswith(start)]


def published_name(ours: str, shapes: list[LayerShape]) -> str:
    """The authors' name for a tensor of `HyperInverterModel` that is not its generator's."""
    part, _, rest = ours.partition(".")
    if part == "hypernetwork":
        _, layer, leaf = rest.split(".", 2)
        return f"hypernet.weight_regressors.{weight_name(shapes[int(layer)]).replace('.', '_')}.{leaf}"
    rest = re.sub(r"^(styles\.\d+)", r"\1.convs", rest.removeprefix("trunk."))
    return f"{'' if part == 'w_encoder' else 'w_bar_'}encoder.{rest}"


def weight_name(shape: LayerShape) -> str:
    """The authors' name for the kernel of a layer."""
    return f"{nvidia.layer_name(shape)}.weight"
