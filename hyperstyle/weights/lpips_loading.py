"""Loads LPIPS from the arrays in a Python package."""

from pathlib import Path

import torch

from hyperstyle.networks.lpips import Lpips
from hyperstyle.weights.arrays import read_arrays


def load_lpips(path: Path) -> Lpips:
    """Return LPIPS with AlexNet, from a file whose kernels are [kh, kw, in, out]."""
    arrays = {name: torch.from_numpy(value) for name, value in read_arrays(path).items()}
    lpips = Lpips()
    state = {"shift": lpips.shift, "scale": lpips.scale}
    for index in range(len(lpips.layers)):
        convolution = f"AlexNet_0.Conv_{index}"
        state[f"layers.{index}.weight"] = arrays.pop(f"{convolution}.kernel").permute(3, 2, 0, 1).contiguous()
        state[f"layers.{index}.bias"] = arrays.pop(f"{convolution}.bias")
        state[f"importance.{index}"] = arrays.pop(f"NetLinLayer_{index}.Conv_0.kernel").flatten()
    assert not arrays, f"unused arrays: {list(arrays)}"
    lpips.load_state_dict(state)
    return lpips.eval().requires_grad_(False)
