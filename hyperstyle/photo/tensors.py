"""Converting pictures between uint8 arrays and network tensors."""

import numpy as np
import torch
from torch import Tensor

from hyperstyle.photo.reading import Pixels


def to_tensor(pixels: Pixels) -> Tensor:
    """Convert a picture [H, W, 3] to a tensor [1, 3, H, W], RGB in [-1, 1]."""
    return torch.from_numpy(np.array(pixels)).permute(2, 0, 1)[None].float() / 127.5 - 1


def to_pixels(picture: Tensor) -> Pixels:
    """Convert a tensor [3, H, W] in [-1, 1], clamped to that, to a picture [H, W, 3]."""
    scaled = picture.detach().float().add(1).mul(127.5).round().clamp(0, 255)
    return np.ascontiguousarray(scaled.byte().permute(1, 2, 0).cpu().numpy())
