"""Converts StyleGAN2 generators trained in TensorFlow to NVIDIA's names and shapes in torch."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

PARTS = {"Conv": "conv1", "Conv0_up": "conv0", "Conv1": "conv1", "ToRGB": "torgb"}
"""TensorFlow's name of a layer -> torch's."""
LEAVES = {"mod_weight": "affine.weight", "mod_bias": "affine.bias"}
"""TensorFlow's name of a layer's variable -> torch's, where they differ."""
ARGUMENTS = {
    **{"latent_size": "z_dim", "label_size": "c_dim", "dlatent_size": "w_dim", "num_channels": "img_channels"},
    **{"resolution": "img_resolution", "fmap_base": "channel_base", "fmap_max": "channel_max"},
    **{"nonlinearity": "activation", "resample_kernel": "resample_filter"},
    **{"mapping_lrmul": "mapping_lr_multiplier", "mapping_nonlinearity": "mapping_activation"},
    **{"mapping_fmaps": "mapping_layer_features", "label_fmaps": "mapping_embed_features"},
    "w_avg_beta": "mapping_w_avg_beta",
}
"""TensorFlow's name of an argument -> torch's, where they differ."""
IGNORED_ARGUMENTS = ("truncation_psi", "truncation_cutoff", "style_mixing_prob", "structure")
"""Arguments about sampling and training."""


def to_torch(network: Mapping[str, Any]) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Return state dict and arguments, as in torch, of a generator's pickled state in TensorFlow."""
    arguments: dict[str, Any] = {"resolution": 1024, "fmap_base": 16384} | {
        name: value
        for name, value in network["static_kwargs"].items()
        if value is not None and name not in IGNORED_ARGUMENTS
    }
    arguments["fmap_base"] *= 2  # TensorFlow's divides it by half the size of the feature maps
    variables = dict(variables_of(network))
    variables.pop("lod", None)  # level of detail, a state of training
    tensors = {
        torch_name(name): torch.from_numpy(np.ascontiguousarray(torch_value(name, value)))
        for name, value in variables.items()
    }
    return tensors, {ARGUMENTS.get(name, name): value for name, value in arguments.items()}


def variables_of(network: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Yield (name, value) of all variables of a network and its components; names have a path as prefix."""
    for name, value in network["variables"]:
        yield prefix + name, value
    for name, component in network["components"].items():
        yield from variables_of(component.state, f"{prefix}{name}/")


def torch_name(name: str) -> str:
    """Return the name in torch of a variable; unknown ones keep theirs."""
    if name == "dlatent_avg":
        return "mapping.w_avg"
    if name == "synthesis/4x4/Const/const":
        return "synthesis.b4.const"
    if match := re.fullmatch(r"mapping/Dense(\d+)/(\w+)", name):
        return f"mapping.fc{match[1]}.{match[2]}"
    if match := re.fullmatch(r"synthesis/noise(\d+)", name):
        doublings, second = divmod(int(match[1]) + 1, 2)
        return f"synthesis.b{4 << doublings}.conv{second}.noise_const"
    match = re.fullmatch(r"synthesis/(\d+)x\1/(\w+)/(\w+)", name)
    if match and match[2] in PARTS:
        return f"synthesis.b{match[1]}.{PARTS[match[2]]}.{LEAVES.get(match[3], match[3])}"
    return name


def torch_value(name: str, value: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the value in torch of a variable: axes reordered, upsampling kernels flipped, style biases plus 1."""
    leaf = name.rsplit("/", 1)[-1]
    if leaf == "weight" and value.ndim == 4:  # [kh, kw, in, out]
        return (value[::-1, ::-1] if "Conv0_up" in name else value).transpose(3, 2, 0, 1)
    if leaf in ("weight", "mod_weight"):
        return value.transpose()
    if leaf == "mod_bias":
        return value + 1
    return value
