"""Loads LPIPS from the arrays in a Python package."""

from pathlib import Path
from typing import TypeVar

import torch

from hyperstyle.metrics.lpips_vgg import LpipsVgg
from hyperstyle.networks.lpips import Lpips
from hyperstyle.weights.arrays import read_arrays

L = TypeVar("L", Lpips, LpipsVgg)


def load_lpips(path: Path) -> Lpips:
    """Return LPIPS with AlexNet, from a file whose kernels are [kh, kw, in, out]."""
    return _load(Lpips(), "AlexNet_0", path)


def load_lpips_vgg(path: Path) -> LpipsVgg:
    """Return LPIPS with VGG-16, from a file whose kernels are [kh, kw, in, out]."""
    return _load(LpipsVgg(), "VGG16_0", path)


def _load(lpips: L, trunk: str, path: Path) -> L:
    """Return `lpips` with the arrays of a file, in which its convolutions lie under the name `trunk`."""
    arrays = {name: torch.from_numpy(value) for name, value in read_arrays(path).items()}
    state = {"shift": lpips.shift, "scale": lpips.scale}
    for index in range(len(lpips.layers)):
        state[f"layers.{index}.weight"] = arrays.pop(f"{trunk}.Conv_{index}.kernel").permute(3, 2, 0, 1).contiguous()
        state[f"layers.{index}.bias"] = arrays.pop(f"{trunk}.Conv_{index}.bias")
    for index in range(len(lpips.importance)):
        state[f"importance.{index}"] = arrays.pop(f"NetLinLayer_{index}.Conv_0.kernel").flatten()
    assert not arrays, f"unused arrays: {list(arrays)}"
    lpips.load_state_dict(state)
    return lpips.eval().requires_grad_(False)
