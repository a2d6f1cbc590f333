"""Pickles as NVIDIA writes them, of any generator whose tensors have NVIDIA's names.

The classes they name are laid out only while a file is written: the program has to do without them.
"""

import pickle
import sys
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

SOURCE = "raise SystemExit('the source in the file was run')"
BUFFERS = ("resample_filter", "noise_const", "w_avg")


def _reconstruct_persistent_obj(meta: dict[str, Any]) -> object:
    raise NotImplementedError(meta)


class EasyDict(dict[str, Any]):
    """A dict with a class of its own."""


class Network:
    """A network of TensorFlow's, all of which is its state."""

    def __init__(self, **state: object) -> None:
        self.__dict__.update(state)


class Persistent:
    """A module that is pickled with the source of its class."""

    def __init__(self, name: str, state: dict[str, Any]) -> None:
        self.name, self.state = name, state

    def __reduce__(self) -> tuple[Any, ...]:
        meta = {"type": "class", "version": 6, "module_src": SOURCE, "class_name": self.name, "state": self.state}
        return _reconstruct_persistent_obj, (meta,), None, None, None


@contextmanager
def foreign() -> Iterator[None]:
    """The names that such files use, for as long as one is written."""
    modules = {name: ModuleType(name) for name in ("torch_utils.persistence", "dnnlib.util", "dnnlib.tflib.network")}
    named = dict(zip(modules, (_reconstruct_persistent_obj, EasyDict, Network), strict=True))
    homes = {thing: thing.__module__ for thing in named.values()}
    for module, thing in named.items():
        setattr(modules[module], thing.__name__, thing)
        thing.__module__ = module
    parents = {name.rpartition(".")[0]: ModuleType("") for name in modules} | {"dnnlib": ModuleType("")}
    sys.modules |= parents | modules
    try:
        yield
    finally:
        for name in {**parents, **modules}:
            del sys.modules[name]
        for thing, home in homes.items():
            thing.__module__ = home


def dumped(path: Path, content: object, protocol: int = 4) -> Path:
    """The file, written."""
    with foreign():
        path.write_bytes(pickle.dumps(content, protocol))
    return path


def module(name: str, tensors: Mapping[str, Tensor], clamp: float | None, **state: object) -> Persistent:
    """A module with these tensors, and those inside it, by the dots in the names."""
    inner: dict[str, dict[str, Tensor]] = {}
    parameters: dict[str, Any] = OrderedDict()
    buffers: dict[str, Any] = OrderedDict()
    for path, tensor in tensors.items():
        first, _, rest = path.partition(".")
        if rest:
            inner.setdefault(first, {})[rest] = tensor
        elif first in BUFFERS:
            buffers[first] = tensor
        else:
            parameters[first] = nn.Parameter(tensor)
    modules = OrderedDict((part, module(part, own, clamp)) for part, own in inner.items())
    own = {"training": False, "_parameters": parameters, "_buffers": buffers, "_modules": modules}
    own |= {"_non_persistent_buffers_set": set(), "_forward_hooks": OrderedDict(), "conv_clamp": clamp}
    own |= {"weight_gain": np.float64(0.044), "bias": None, "_init_args": (), "_init_kwargs": {}}
    return Persistent(name, own | state)


def ada(path: Path, tensors: Mapping[str, Tensor], arguments: Mapping[str, Any], protocol: int = 4) -> Path:
    """A snapshot of StyleGAN2-ADA, whose arguments are kept in three dicts."""
    kwargs = EasyDict(
        z_dim=512,
        c_dim=0,
        w_dim=512,
        img_resolution=arguments["img_resolution"],
        img_channels=3,
        mapping_kwargs=EasyDict(num_layers=arguments["mapping_layers"], w_avg_beta=0.995),
        synthesis_kwargs=EasyDict(
            channel_base=arguments["channel_base"],
            channel_max=arguments["channel_max"],
            conv_clamp=arguments["conv_clamp"],
            num_fp16_res=4,
            resample_filter=[1, 3, 3, 1],
        ),
    )
    judge = module("Discriminator", {"b4.out.weight": torch.zeros(1, 512)}, None)
    averaged = module("Generator", tensors, arguments["conv_clamp"], _init_kwargs=kwargs)
    content = {"G": None, "D": judge, "G_ema": averaged, "training_set_kwargs": EasyDict(), "augment_pipe": None}
    return dumped(path, content, protocol)


def repackaged(path: Path, tensors: Mapping[str, Tensor], arguments: Mapping[str, Any]) -> Path:
    """A snapshot of StyleGAN3's StyleGAN2, which keeps most arguments in one dict and does not mention the clamp."""
    kwargs = {name: arguments[name] for name in ("img_resolution", "channel_base", "channel_max")}
    kwargs |= {"z_dim": 512, "c_dim": 0, "w_dim": 512, "img_channels": 3, "fused_modconv_default": "inference_only"}
    kwargs |= {"mapping_kwargs": EasyDict(num_layers=arguments["mapping_layers"])}
    return dumped(path, {"G_ema": module("Generator", tensors, arguments["conv_clamp"], _init_kwargs=kwargs)})


def tensorflow(path: Path, tensors: Mapping[str, Tensor], size: int) -> Path:
    """TensorFlow's three networks, the last of which has these tensors."""
    parts = {"conv1": "Conv1", "conv0": "Conv0_up", "torgb": "ToRGB"}
    synthesis: list[tuple[str, Any]] = []
    mapping: list[tuple[str, Any]] = []
    for name, tensor in tensors.items():
        first, *rest = name.split(".")
        array = tensor.numpy()
        if first == "mapping" and rest[0] != "w_avg":
            mapping.append((f"Dense{rest[0][2:]}/{rest[1]}", array.T))
        elif rest[-1] == "const":
            synthesis.append(("4x4/Const/const", array[None]))
        elif first == "synthesis" and rest[-1] != "resample_filter":
            side = int(rest[0][1:])
            part = "Conv" if (side, rest[1]) == (4, "conv1") else parts[rest[1]]
            if rest[-1] == "noise_const":
                number = 2 * (side.bit_length() - 1) - (5 if rest[1] == "conv0" else 4)
                synthesis.append((f"noise{number}", array[None, None]))
                continue
            if array.ndim == 4:
                array = array.transpose(2, 3, 1, 0)
                array = array[::-1, ::-1] if rest[1] == "conv0" else array
            leaf = rest[-1]
            if rest[2] == "affine":
                array, leaf = (array - 1, "mod_bias") if leaf == "bias" else (array.T, "mod_weight")
            synthesis.append((f"{side}x{side}/{part}/{leaf}", array))
    components = {
        "synthesis": Network(version=5, static_kwargs=EasyDict(), variables=synthesis, components=EasyDict()),
        "mapping": Network(version=5, static_kwargs=EasyDict(), variables=mapping, components=EasyDict()),
    }
    averaged = Network(
        version=5,
        name="Gs",
        static_kwargs=EasyDict(num_channels=3, resolution=size, label_size=0, fmap_base=16384, truncation_psi=0.5),
        variables=[("lod", np.float32(0)), ("dlatent_avg", tensors["mapping.w_avg"].numpy())],
        components=EasyDict(components),
        build_module_src=SOURCE,
    )
    judge = Network(version=5, static_kwargs=EasyDict(), variables=[], components=EasyDict(), build_module_src=SOURCE)
    return dumped(path, (judge, judge, averaged), protocol=3)
