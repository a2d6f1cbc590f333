"""Layout of HyperInverter's published files: its own, its W-encoder's, and NVIDIA's file of its generator."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from hyperstyle.networks.published_models import LAYERWISE_BACKBONES
from hyperstyle.networks.stylegan2 import Kind, LayerShape, layer_shapes
from hyperstyle.weights import nvidia
from hyperstyle.weights.checkpoint import Checkpoint, Copies, add_average_code, build_options, load_exact, require_opts
from hyperstyle.weights.model_weights import ModelWeights

TARGETS: Mapping[str, Callable[[LayerShape], bool]] = {
    "conv_without_bias": lambda _: True,
    "conv_without_bias_without_torgb": lambda shape: shape.kind is not Kind.RGB,
}
"""Published name of the set of layers that HyperInverter predicts offsets for -> True for a layer in it."""


def hyperinverter(file: Checkpoint, generator: Checkpoint, w_encoder: Checkpoint) -> ModelWeights:
    """Return HyperInverter's weights, from its own file, its generator's and its W-encoder's."""
    opts = require_opts(file, encoder_type=LAYERWISE_BACKBONES, target_shape_name=TARGETS, hidden_dim=None)
    design = nvidia.design_of(generator)
    shapes = layer_shapes(int(opts["output_size"]), design)
    layers = tuple(i for i, shape in enumerate(shapes) if TARGETS[opts["target_shape_name"]](shape))
    options = build_options(opts, layers=layers, hidden_dim=int(opts["hidden_dim"]), design=design)
    weights = ModelWeights("hyperinverter", options)
    add_average_code(generator, weights, "mapping.w_avg", generator.tensors)
    nvidia.add_generator(generator, weights, with_prefix(weights.shapes, "generator."))
    name = partial(published_name, shapes=shapes)
    # A W-encoder's file may also hold the generator it was trained with, whose tensors have other names.
    copies = dict.fromkeys(with_prefix(w_encoder.tensors, "decoder."))
    load_exact(w_encoder, weights, with_prefix(weights.shapes, "w_encoder."), copies, name)
    ours = with_prefix(weights.shapes, "encoder.") + with_prefix(weights.shapes, "hypernetwork.")
    load_exact(file, weights, ours, redundant_tensors(file, w_encoder), name)
    return weights


def redundant_tensors(file: Checkpoint, w_encoder: Checkpoint) -> Copies:
    """Return the tensors of HyperInverter's file to drop: the discriminator's, and copies of the W-encoder's."""
    copies = {name: w_encoder.tensors.get(name.removeprefix("w_")) for name in with_prefix(file.tensors, "w_encoder.")}
    return {**dict.fromkeys(with_prefix(file.tensors, "discriminator.")), **copies}


def with_prefix(names: Iterable[str], prefix: str) -> list[str]:
    """Return those of `names` that begin with `prefix`."""
    return [name for name in names if name.startswith(prefix)]


def published_name(ours: str, shapes: list[LayerShape]) -> str:
    """Return the authors' name for a tensor of `HyperInverterModel` that is not its generator's."""
    part, _, rest = ours.partition(".")
    if part == "hypernetwork":
        _, layer, leaf = rest.split(".", 2)
        return f"hypernet.weight_regressors.{weight_name(shapes[int(layer)]).replace('.', '_')}.{leaf}"
    rest = re.sub(r"^(styles\.\d+)", r"\1.convs", rest.removeprefix("trunk."))
    return f"{'' if part == 'w_encoder' else 'w_bar_'}encoder.{rest}"


def weight_name(shape: LayerShape) -> str:
    """Return the authors' name for the kernel of a layer."""
    return f"{nvidia.layer_name(shape)}.weight"
