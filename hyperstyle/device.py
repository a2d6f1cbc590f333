"""Choice of device and precision; the only module that asks which hardware the machine has."""

import os
from contextlib import AbstractContextManager, nullcontext

import torch

from hyperstyle.errors import StudioError

DEVICE_VARIABLE = "HYPERSTYLE_DEVICE"
"""Environment variable with the name of the default device."""
NATIVE_BFLOAT16 = (8, 0)
"""Lowest compute capability of NVIDIA GPUs with bfloat16 in hardware; older ones emulate it slowly."""


def available_devices() -> list[str]:
    """Return the names of this machine's devices, the best one first."""
    gpus = [f"cuda:{index}" for index in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
    return [*gpus, *["mps"] * torch.backends.mps.is_available(), "cpu"]


def choose_device(wanted: str | None = None) -> torch.device:
    """Return the device to run on: `wanted`, else HYPERSTYLE_DEVICE, else CUDA, else Apple's MPS, else the CPU.

    If this machine has no such device, a `StudioError` lists those it has.
    """
    available = available_devices()
    name = wanted or os.environ.get(DEVICE_VARIABLE) or available[0].split(":")[0]
    if name not in {*available, *(device.split(":")[0] for device in available)}:
        raise StudioError(f"There is no device {name!r} on this machine: choose one of {', '.join(available)}.")
    return torch.device(name)


def fast_dtype(device: torch.device) -> torch.dtype:
    """Return the type to compute feature maps in: bfloat16 where the device has it in hardware, else float32.

    With bfloat16, the embedded generator's picture differs from float32 by less than 1.5/255 on average. Devices that
    emulate bfloat16 are several times slower with it.
    """
    if device.type == "cuda":
        native = torch.version.hip is not None or torch.cuda.get_device_capability(device) >= NATIVE_BFLOAT16
    else:
        native = device.type == "cpu" and torch.ops.mkldnn._is_mkldnn_bf16_supported()
    return torch.bfloat16 if native else torch.float32


def describe_device(device: torch.device) -> str:
    """Return a device and its precision as text for people: "NVIDIA A10G (cuda), bfloat16"."""
    precision = str(fast_dtype(device)).removeprefix("torch.")
    if device.type == "cuda":
        return f"{torch.cuda.get_device_name(device)} ({device}), {precision}"
    return f"{'Apple GPU (mps)' if device.type == 'mps' else 'CPU'}, {precision}"


def synchronize(device: torch.device) -> None:
    """Wait until a device has finished all queued work, as needed for timing it."""
    if device.type in ("cuda", "mps"):
        torch.get_device_module(device).synchronize()


def full_precision(device: torch.device) -> AbstractContextManager[None]:
    """Return a context that disables autocast, or does nothing on devices without autocast."""
    if torch.amp.is_autocast_available(device.type):
        return torch.autocast(device.type, enabled=False)
    return nullcontext()


def low_precision(device: torch.device, *, enabled: bool = True) -> AbstractContextManager[None]:
    """Return a context with autocast to the device's fast dtype; it does nothing if that is float32."""
    dtype = fast_dtype(device)
    if enabled and dtype is not torch.float32:
        return torch.autocast(device.type, dtype)
    return nullcontext()
