"""Generators in NVIDIA's own files and under NVIDIA's names, as StyleGAN2-ADA and StyleGAN3 have them in torch."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from hyperstyle.errors import StudioError
from hyperstyle.networks.published_models import Options
from hyperstyle.networks.stylegan2 import CONFIG_F, Design, Kind, LayerShape, blur_kernel, layer_shapes
from hyperstyle.weights import nvidia_tensorflow, pickles
from hyperstyle.weights.checkpoint import Checkpoint, known_size, load_exact
from hyperstyle.weights.model_weights import ModelWeights
from hyperstyle.weights.pickles import Record

FIXED: Mapping[str, object] = {
    **{"z_dim": 512, "c_dim": 0, "w_dim": 512, "img_channels": 3},
    **{"architecture": "skip", "activation": "lrelu", "use_noise": True, "resample_filter": [1, 3, 3, 1]},
    **{"mapping_activation": "lrelu", "mapping_lr_multiplier": 0.01},
}
"""Arguments that a generator can be built with, and the only value of each that this program knows."""
CHOSEN = ("img_resolution", "channel_base", "channel_max", "mapping_layers", "conv_clamp")
"""Arguments that it follows."""
IDLE = {
    *("num_fp16_res", "fp16_channels_last", "fused_modconv_default"),
    *("mapping_w_avg_beta", "mapping_embed_features", "mapping_layer_features"),
}
"""Arguments that say how it is trained and computed, or what its tensors say too."""


def read(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """State dict of the averaged generator in a pickle, and the arguments it was built with."""
    content = pickles.read(path)
    if isinstance(content, tuple):  # TensorFlow's three networks: in training, its judge, averaged
        content = content[-1] if content else None
    elif isinstance(content, Mapping):
        content = content.get("G_ema")
    if not isinstance(content, Record):
        raise StudioError(f"{path.name} holds no generator: a network pickle of NVIDIA's StyleGAN2 is needed.")
    try:
        if content.name == Record.name:
            return nvidia_tensorflow.converted(content.state)
        return tensors_of(content), arguments_of(content)
    except (KeyError, AttributeError, TypeError, ValueError, RecursionError) as error:
        raise StudioError(f"{path.name} holds a {content.name} where a StyleGAN2 generator is needed.") from error


def tensors_of(module: Record, prefix: str = "") -> dict[str, Tensor]:
    """Parameters and buffers of a module and of those inside it, by the names a state dict has."""
    own = module.state["_parameters"] | module.state["_buffers"]
    tensors = {prefix + name: tensor for name, tensor in own.items() if isinstance(tensor, Tensor)}
    for name, inner in module.state["_modules"].items():
        tensors |= tensors_of(inner, f"{prefix}{name}.")
    return tensors


def arguments_of(generator: Record) -> dict[str, Any]:
    """What a generator was built with, in one level."""
    # Where nothing is said of the clamp, StyleGAN2-ADA has none and StyleGAN3 has 256; the layers know.
    synthesis = generator.state["_modules"]["synthesis"]
    layer = synthesis.state["_modules"]["b4"].state["_modules"]["conv1"]
    return in_one_level(generator.state["_init_kwargs"]) | {"conv_clamp": layer.state["conv_clamp"]}


def in_one_level(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of a generator with those of its two networks, which may be kept apart from the others."""
    rest = dict(arguments)
    mapping, synthesis = rest.pop("mapping_kwargs", {}), rest.pop("synthesis_kwargs", {})
    return rest | synthesis | {f"mapping_{name.removeprefix('num_')}": value for name, value in mapping.items()}


def generator(file: Checkpoint) -> ModelWeights:
    """A StyleGAN2 from NVIDIA's own file."""
    design = design_of(file)
    size = known_size(file.name, file.content["init_kwargs"].get("img_resolution"))
    weights = ModelWeights("generator", Options(size, design=design))
    claim_generator(file, weights, list(weights.shapes))
    return weights


def design_of(file: Checkpoint) -> Design:
    """The design of the generator in a file; what this program would not do as asked is an error."""
    if "init_kwargs" not in file.content:
        raise StudioError(f"{file.name} does not say how its generator is built: init_kwargs is missing.")
    name, arguments = file.name, in_one_level(file.content["init_kwargs"])
    unknown = arguments.keys() - FIXED.keys() - set(CHOSEN) - IDLE
    if unknown:
        raise StudioError(f"{name} holds a generator built with {min(unknown)}, which this program does not know.")
    for argument, value in FIXED.items():
        if arguments.get(argument, value) != value:
            given = arguments[argument]
            raise StudioError(f"{name} holds a generator with {argument} {given}; this program knows {value} alone.")
    usual = CONFIG_F
    clamp = arguments.get("conv_clamp")
    return Design(
        int(arguments.get("channel_base", usual.channel_base)),
        int(arguments.get("channel_max", usual.channel_max)),
        int(arguments.get("mapping_layers", usual.mapping_layers)),
        None if clamp is None else float(clamp),
        equalised=False,
    )


def layer_name(shape: LayerShape) -> str:
    """NVIDIA's name of a layer, as `b8.conv0`."""
    return f"b{shape.size}." + {Kind.PLAIN: "conv1", Kind.UP: "conv0", Kind.RGB: "torgb"}[shape.kind]


def generator_name(ours: str, shapes: list[LayerShape]) -> str:
    """NVIDIA's name of a tensor of `StyleGan2`, alone or as the part `generator` of a model."""
    part, *rest = ours.removeprefix("generator.").split(".", 2)
    if part == "constant":
        return "synthesis.b4.const"
    if part == "mapping":
        return f"mapping.fc{rest[0]}.{rest[1]}"
    leaf = {"noise": "noise_const"}.get(rest[1], rest[1].replace("style.", "affine."))
    return f"synthesis.{layer_name(shapes[int(rest[0])])}.{leaf}"


def claim_generator(file: Checkpoint, weights: ModelWeights, ours: list[str]) -> None:
    """Add the generator's tensors, which are `ours`, from a file that holds it and nothing else."""
    shapes = layer_shapes(weights.options.output_size, weights.options.design)
    smoothing = blur_kernel(1, torch.zeros(()))[0, 0] / 4
    copies = {name: smoothing for name in file.tensors if name.endswith(".resample_filter")}
    # The average code is no part of the network that makes pictures of codes.
    average = {name: None for name in file.tensors if name == "mapping.w_avg"}
    load_exact(file, weights, ours, {**copies, **average}, lambda our: generator_name(our, shapes))
