"""A model and its weights, before they are put together."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor, nn

from hyperstyle.errors import StudioError

M = TypeVar("M", bound=nn.Module)


@dataclass(frozen=True)
class ModelWeights:
    """A model without values, on the meta device, and its state dict."""

    model: nn.Module
    tensors: dict[str, Tensor]

    def load(self) -> nn.Module:
        """The model with its values, for inference; they are not copied, so a mapped file is read when used."""
        self.model.load_state_dict(self.tensors, strict=True, assign=True)
        return self.model.eval().requires_grad_(False)


def skeleton(build: Callable[[], M]) -> M:
    """A model that has shapes but no values, built in no time and no memory."""
    with torch.device("meta"):
        return build()


def fitted(tensor: Tensor, like: Tensor, name: str) -> Tensor:
    """`tensor` in the shape and type of `like`, from which it may differ by extents of 1 and precision."""
    if [extent for extent in tensor.shape if extent > 1] != [extent for extent in like.shape if extent > 1]:
        raise StudioError(f"{name} has shape {list(tensor.shape)} where {list(like.shape)} is needed.")
    return tensor.view(like.shape).to(like.dtype)
