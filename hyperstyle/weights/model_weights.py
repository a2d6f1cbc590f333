"""A model and its weights, before they are put together."""

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from hyperstyle.errors import StudioError
from hyperstyle.networks.hypernetwork import FLOAT16_WEIGHTS
from hyperstyle.networks.published_models import MODELS, Options


@dataclass
class ModelWeights:
    """The weights of one model, and what has to be known to build it."""

    kind: str
    """A key of `MODELS`."""
    options: Options
    tensors: dict[str, Tensor] = field(default_factory=dict)
    """State dict of the model."""

    def __post_init__(self) -> None:
        with torch.device("meta"):  # shapes without values, in no time and no memory
            self.model = MODELS[self.kind](self.options)
        self.shapes = self.model.state_dict()

    def add(self, name: str, tensor: Tensor, source: str) -> None:
        """Add one tensor, which may differ from the model's in extents of 1 and in precision; `source` names it."""
        like = self.shapes[name]
        if [extent for extent in tensor.shape if extent > 1] != [extent for extent in like.shape if extent > 1]:
            raise StudioError(f"{source} has shape {list(tensor.shape)} where {list(like.shape)} is needed.")
        halved = tensor.dtype is torch.float16 and name.endswith(FLOAT16_WEIGHTS)
        self.tensors[name] = tensor.reshape(like.shape).to(tensor.dtype if halved else like.dtype)

    def load(self) -> nn.Module:
        """The model with its values, for inference; they are not copied, so a mapped file is read when used."""
        self.model.load_state_dict(self.tensors, strict=True, assign=True)
        return self.model.eval().requires_grad_(False)
