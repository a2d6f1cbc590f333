"""Where networks run and how precisely they compute: the one place that asks what this machine has."""

import os
from contextlib import AbstractContextManager, nullcontext

import torch

from hyperstyle.errors import StudioError

VARIABLE = "HYPERSTYLE_DEVICE"
"""The environment variable that names a device where no option does."""
NATIVE_BFLOAT16 = (8, 0)
"""The compute capability from which NVIDIA's GPUs multiply in bfloat16 themselves; older ones emulate it slowly."""


def available_devices() -> list[str]:
    """The names of this machine's devices, the one to prefer first."""
    cards = [f"cuda:{index}" for index in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
    return [*cards, *["mps"] * torch.backends.mps.is_available(), "cpu"]


def choose_device(wanted: str | None = None) -> torch.device:
    """The device to run on: `wanted`, else what HYPERSTYLE_DEVICE names, else CUDA, else Apple's MPS, else the CPU.

    A `StudioError` names the devices of this machine where the wanted one is not among them.
    """
    available = available_devices()
    name = wanted or os.environ.get(VARIABLE) or available[0].split(":")[0]
    if name not in {*available, *(device.split(":")[0] for device in available)}:
        raise StudioError(f"There is no device {name!r} on this machine: choose one of {', '.join(available)}.")
    return torch.device(name)


def fast_dtype(device: torch.device) -> torch.dtype:
    """The type in which feature maps are computed: bfloat16 where the device multiplies in it natively, else float32.

    bfloat16 keeps the embedded generator's picture within 1.5/255 of float32 on average; on a device that emulates
    it, it would be several times slower than float32.
    """
    if device.type == "cuda":
        native = torch.version.hip is not None or torch.cuda.get_device_capability(device) >= NATIVE_BFLOAT16
    else:
        native = device.type == "cpu" and torch.ops.mkldnn._is_mkldnn_bf16_supported()
    return torch.bfloat16 if native else torch.float32


def describe_device(device: torch.device) -> str:
    """A device and its precision for people, as in "NVIDIA A10G (cuda), bfloat16"."""
    precision = str(fast_dtype(device)).removeprefix("torch.")
    if device.type == "cuda":
        return f"{torch.cuda.get_device_name(device)} ({device}), {precision}"
    return f"{'Apple GPU (mps)' if device.type == 'mps' else 'CPU'}, {precision}"


def synchronize(device: torch.device) -> None:
    """Wait until a device has done all it was given, so that a clock tells the truth."""
    if device.type in ("cuda", "mps"):
        torch.get_device_module(device).synchronize()


def full_precision(device: torch.device) -> AbstractContextManager[None]:
    """A block in which no autocast lowers the precision; a plain one on devices that know no autocast."""
    if torch.amp.is_autocast_available(device.type):
        return torch.autocast(device.type, enabled=False)
    return nullcontext()


def low_precision(device: torch.device, *, enabled: bool = True) -> AbstractContextManager[None]:
    """A block in which autocast computes in the device's fast type, where that is not float32 anyway."""
    dtype = fast_dtype(device)
    if enabled and dtype is not torch.float32:
        return torch.autocast(device.type, dtype)
    return nullcontext()
