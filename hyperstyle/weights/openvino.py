"""Reads the two OpenVINO networks that carry the embedded generator, without OpenVINO.

The format is an XML graph whose constants point into a binary file. Most constants are named after the network they
were exported from; those the exporter folded (kernels with their demodulation, noise with its strength) have running
numbers instead, so they are recognised by shape and taken in order.
"""

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import torch
from torch import Tensor

from hyperstyle.networks.mobile_stylegan import MappingNetwork, MobileGenerator

# Exported name -> name in MobileGenerator, longest first.
NAMES = {
    "m.input.input": "constant",
    "m.layers.6.to_img.conv.modulation.": "picture_modulation.",
    "m.layers.6.to_img.conv.weight": "picture_kernel",
    "m.layers.6.to_img.bias": "picture_bias",
    "m.conv1.conv.modulation.": "modulation.",
    "m.conv1.bias": "bias",
    "m.layers.": "blocks.",
    ".up.modulation.": ".modulation.",
    ".conv1.conv.weight_dw": ".first.depthwise",
    ".conv2.conv.weight_dw": ".second.depthwise",
    ".conv1.conv.": ".first.",
    ".conv2.conv.": ".second.",
    ".conv1.bias": ".first.bias",
    ".conv2.bias": ".second.bias",
}
MEAN_SAMPLES = 10000  # the mean code is then good to a hundredth of a standard deviation


@dataclass(frozen=True)
class Constant:
    """A trained array of the graph."""

    name: str
    value: Tensor


def read_constants(xml: Path) -> list[Constant]:
    """All float constants of a network in the order of the graph; the binary file lies beside the XML."""
    # The file's hash is pinned in the table of weights, so the plain parser is safe here.
    layers = ElementTree.parse(xml).getroot().iterfind("layers/layer[@type='Const']")  # noqa: S314
    binary = np.memmap(xml.with_suffix(".bin"), mode="r", dtype=np.uint8)
    constants = []
    for layer in layers:
        data = layer.find("data")
        if data is None or data.get("element_type") != "f32":
            continue
        shape = [int(extent) for extent in data.get("shape", "").split(",") if extent.strip()]
        start, length = int(data.get("offset", 0)), int(data.get("size", 0))
        values = np.array(binary[start : start + length]).view("<f4").reshape(shape)
        constants.append(Constant(layer.get("name", ""), torch.from_numpy(values)))
    return constants


def load_mapping(xml: Path) -> MappingNetwork:
    """The mapping network with the mean of its codes, which the file does not hold, estimated anew."""
    constants = read_constants(xml)
    kernels = [c.value for c in constants if tuple(c.value.shape) == (512, 512)]
    biases = [c.value for c in constants if tuple(c.value.shape) == (512,)]
    with torch.device("meta"):
        mapping = MappingNetwork(len(kernels))
    state = {"mean": torch.zeros(512)}
    for index, (kernel, bias) in enumerate(zip(kernels, biases, strict=True)):
        state |= {f"layers.{index}.weight": kernel, f"layers.{index}.bias": bias}
    mapping.load_state_dict(state, assign=True)
    mapping.eval().requires_grad_(False)
    normal = torch.randn(MEAN_SAMPLES, 512, generator=torch.Generator().manual_seed(0))
    mapping.mean = mapping(normal).mean(0)
    return mapping


def load_generator(xml: Path) -> MobileGenerator:
    """The synthesis network."""
    with torch.device("meta"):
        generator = MobileGenerator()
    wanted = generator.state_dict()
    constants = read_constants(xml)
    state = {renamed(c.name): c.value for c in constants if c.name.startswith("m.")}
    folded = sorted((c for c in constants if c.name.endswith("_copy")), key=running_number)
    kernels = [name for name in wanted if name == "kernel" or name.endswith(".pointwise")]
    state |= {name: c.value for name, c in zip(kernels, folded, strict=True)}
    squares = [c.value for c in constants if c.value.ndim == 4 and c.value.shape[:2] == (1, 1) and c.value.numel() > 1]
    noises = [name for name in wanted if name.split(".")[-1] == "noise"]
    state |= dict(zip(noises, squares, strict=True))
    for name in state:
        if "modulation" in name:
            state[name] = state[name] * style_scale(name, state)
    # The exporter kept or dropped extents of 1 as it liked: depthwise kernels have one too many, biases too.
    generator.load_state_dict({name: value.reshape(wanted[name].shape) for name, value in state.items()}, assign=True)
    return generator.eval().requires_grad_(False)


def renamed(name: str) -> str:
    """The name in `MobileGenerator` of an exported name."""
    for exported, ours in NAMES.items():
        name = name.replace(exported, ours)
    return name


def running_number(constant: Constant) -> int:
    """Position in the network of a folded constant, whose name is like Mul_106_copy."""
    return int(constant.name.split("_")[1])


def style_scale(name: str, state: dict[str, Tensor]) -> float:
    """The factor between a modulation's output and the style it stands for: that of an equalised convolution.

    The doublings have none; the others divide by the root of what a kernel sums over.
    """
    owner = name.rsplit("modulation.", 1)[0]
    if owner == "picture_":
        return float(state["picture_kernel"].shape[1] ** -0.5)
    if owner.startswith("blocks.") and not owner.endswith(("first.", "second.")):
        return 1.0
    inputs = state[name].shape[-1] if name.endswith("bias") else state[name].shape[0]
    return float((inputs * 9) ** -0.5)
