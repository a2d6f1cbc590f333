"""Reads the embedded generator's two networks from OpenVINO files, without OpenVINO.

The format is an XML graph whose constants point into a binary file. Most constants have the names of the network that
was exported. Those that the exporter folded (kernels with their demodulation, noise with its strength) have running
numbers, so they are recognised by shape and assigned in order.
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
MEAN_SAMPLES = 10000  # makes the mean code's standard error a hundredth of a standard deviation


@dataclass(frozen=True)
class Constant:
    """A constant array of the graph."""

    name: str
    value: Tensor


def read_constants(xml: Path) -> list[Constant]:
    """Return all float constants of a network in the order of the graph; the binary file lies beside the XML."""
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
    """Return the mapping network, with its mean code estimated, because the file lacks it."""
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
    """Return the synthesis network."""
    with torch.device("meta"):
        generator = MobileGenerator()
    expected = generator.state_dict()
    constants = read_constants(xml)
    state = {our_name(c.name): c.value for c in constants if c.name.startswith("m.")}
    folded = sorted((c for c in constants if c.name.endswith("_copy")), key=running_number)
    kernels = [name for name in expected if name == "kernel" or name.endswith(".pointwise")]
    state |= {name: c.value for name, c in zip(kernels, folded, strict=True)}
    noise_maps = [
        c.value for c in constants if c.value.ndim == 4 and c.value.shape[:2] == (1, 1) and c.value.numel() > 1
    ]
    noise_names = [name for name in expected if name.split(".")[-1] == "noise"]
    state |= dict(zip(noise_names, noise_maps, strict=True))
    for name in state:
        if "modulation" in name:
            state[name] = state[name] * style_scale(name, state)
    # The exporter adds or drops axes of size 1 in depthwise kernels and biases.
    generator.load_state_dict({name: value.reshape(expected[name].shape) for name, value in state.items()}, assign=True)
    return generator.eval().requires_grad_(False)


def our_name(name: str) -> str:
    """Return the name in `MobileGenerator` of an exported name."""
    for exported, ours in NAMES.items():
        name = name.replace(exported, ours)
    return name


def running_number(constant: Constant) -> int:
    """Return the running number of a folded constant, such as 106 of `Mul_106_copy`."""
    return int(constant.name.split("_")[1])


def style_scale(name: str, state: dict[str, Tensor]) -> float:
    """Return the factor 1 / sqrt(fan-in) of the equalized convolution that a modulation's output scales.

    The modulations of inverse Haar transforms have the factor 1.
    """
    owner = name.rsplit("modulation.", 1)[0]
    if owner == "picture_":
        return float(state["picture_kernel"].shape[1] ** -0.5)
    if owner.startswith("blocks.") and not owner.endswith(("first.", "second.")):
        return 1.0
    inputs = state[name].shape[-1] if name.endswith("bias") else state[name].shape[0]
    return float((inputs * 9) ** -0.5)
