"""Layout of NVIDIA's own generator files, with the names that StyleGAN2-ADA and StyleGAN3 have in torch."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from hyperstyle.errors import StudioError
from hyperstyle.networks.published_models import Options
from hyperstyle.networks.stylegan2 import CONFIG_F, Design, Kind, LayerShape, blur_kernel, layer_shapes
from hyperstyle.weights import nvidia_tensorflow, pickles
from hyperstyle.weights.checkpoint import Checkpoint, checked_size, load_exact
from hyperstyle.weights.model_weights import ModelWeights
from hyperstyle.weights.pickles import Record

REQUIRED_ARGUMENTS: Mapping[str, object] = {
    **{"z_dim": 512, "c_dim": 0, "w_dim": 512, "img_channels": 3},
    **{"architecture": "skip", "activation": "lrelu", "use_noise": True, "resample_filter": [1, 3, 3, 1]},
    **{"mapping_activation": "lrelu", "mapping_lr_multiplier": 0.01},
}
"""Arguments that a generator is built with -> the only value of each that this program supports."""
FREE_ARGUMENTS = ("img_resolution", "channel_base", "channel_max", "mapping_layers", "conv_clamp")
"""Arguments whose value this program follows."""
IGNORED_ARGUMENTS = {
    *("num_fp16_res", "fp16_channels_last", "fused_modconv_default"),
    *("mapping_w_avg_beta", "mapping_embed_features", "mapping_layer_features"),
}
"""Arguments about training and computation, or that follow from the tensors' shapes."""


def read(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Return the state dict of the generator's moving average in a pickle, and the arguments it was built with."""
    content = pickles.read(path)
    if isinstance(content, tuple):  # TensorFlow's networks: G, D, Gs (the moving average of G)
        content = content[-1] if content else None
    elif isinstance(content, Mapping):
        content = content.get("G_ema")
    if not isinstance(content, Record):
        raise StudioError(f"{path.name} holds no generator: a network pickle of NVIDIA's StyleGAN2 is needed.")
    try:
        if content.name == Record.name:
            return nvidia_tensorflow.to_torch(content.state)
        return tensors_of(content), arguments_of(content)
    except (KeyError, AttributeError, TypeError, ValueError, RecursionError) as error:
        raise StudioError(f"{path.name} holds a {content.name} where a StyleGAN2 generator is needed.") from error


def tensors_of(module: Record, prefix: str = "") -> dict[str, Tensor]:
    """Return parameters and buffers of a module and its submodules, by the names of a state dict."""
    own = module.state["_parameters"] | module.state["_buffers"]
    tensors = {prefix + name: tensor for name, tensor in own.items() if isinstance(tensor, Tensor)}
    for name, inner in module.state["_modules"].items():
        tensors |= tensors_of(inner, f"{prefix}{name}.")
    return tensors


def arguments_of(generator: Record) -> dict[str, Any]:
    """Return the arguments that a generator was built with, as one flat dict."""
    # The default of conv_clamp is None in StyleGAN2-ADA and 256 in StyleGAN3; the layers have the actual value.
    synthesis = generator.state["_modules"]["synthesis"]
    layer = synthesis.state["_modules"]["b4"].state["_modules"]["conv1"]
    return flatten_arguments(generator.state["_init_kwargs"]) | {"conv_clamp": layer.state["conv_clamp"]}


def flatten_arguments(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return a generator's arguments with `mapping_kwargs` and `synthesis_kwargs` merged into one flat dict."""
    rest = dict(arguments)
    mapping, synthesis = rest.pop("mapping_kwargs", {}), rest.pop("synthesis_kwargs", {})
    return rest | synthesis | {f"mapping_{name.removeprefix('num_')}": value for name, value in mapping.items()}


def generator(file: Checkpoint) -> ModelWeights:
    """Return a StyleGAN2's weights from NVIDIA's own file."""
    design = design_of(file)
    size = checked_size(file.name, file.content["init_kwargs"].get("img_resolution"))
    weights = ModelWeights("generator", Options(size, design=design))
    add_generator(file, weights, list(weights.shapes))
    return weights


def design_of(file: Checkpoint) -> Design:
    """Return the design of the generator in a file; a `StudioError` if an argument is not supported."""
    if "init_kwargs" not in file.content:
        raise StudioError(f"{file.name} does not say how its generator is built: init_kwargs is missing.")
    name, arguments = file.name, flatten_arguments(file.content["init_kwargs"])
    unknown = arguments.keys() - REQUIRED_ARGUMENTS.keys() - set(FREE_ARGUMENTS) - IGNORED_ARGUMENTS
    if unknown:
        raise StudioError(f"{name} holds a generator built with {min(unknown)}, which this program does not know.")
    for argument, value in REQUIRED_ARGUMENTS.items():
        if arguments.get(argument, value) != value:
            given = arguments[argument]
            raise StudioError(f"{name} holds a generator with {argument} {given}; this program knows only {value}.")
    clamp = arguments.get("conv_clamp")
    return Design(
        int(arguments.get("channel_base", CONFIG_F.channel_base)),
        int(arguments.get("channel_max", CONFIG_F.channel_max)),
        int(arguments.get("mapping_layers", CONFIG_F.mapping_layers)),
        None if clamp is None else float(clamp),
        equalised=False,
    )


def layer_name(shape: LayerShape) -> str:
    """Return NVIDIA's name of a layer, such as `b8.conv0`."""
    return f"b{shape.size}." + {Kind.PLAIN: "conv1", Kind.UP: "conv0", Kind.RGB: "torgb"}[shape.kind]


def generator_name(ours: str, shapes: list[LayerShape]) -> str:
    """Return NVIDIA's name for a tensor of `StyleGan2`, with or without the prefix `generator.`."""
    part, *rest = ours.removeprefix("generator.").split(".", 2)
    if part == "constant":
        return "synthesis.b4.const"
    if part == "mapping":
        return f"mapping.fc{rest[0]}.{rest[1]}"
    leaf = {"noise": "noise_const"}.get(rest[1], rest[1].replace("style.", "affine."))
    return f"synthesis.{layer_name(shapes[int(rest[0])])}.{leaf}"


def add_generator(file: Checkpoint, weights: ModelWeights, ours: list[str]) -> None:
    """Add the generator's tensors, which are `ours`, from a file that has nothing else."""
    shapes = layer_shapes(weights.options.output_size, weights.options.design)
    blur = blur_kernel(1, torch.zeros(()))[0, 0] / 4
    copies = {name: blur for name in file.tensors if name.endswith(".resample_filter")}
    # `StyleGan2` has no average code; a model that needs it adds it by itself.
    average = {name: None for name in file.tensors if name == "mapping.w_avg"}
    load_exact(file, weights, ours, {**copies, **average}, lambda our: generator_name(our, shapes))
