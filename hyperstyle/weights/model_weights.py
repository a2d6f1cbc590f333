"""The weights of a model, collected and checked before the model is built from them."""

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from hyperstyle.errors import StudioError
from hyperstyle.networks.hypernetwork import FLOAT16_WEIGHTS
from hyperstyle.networks.published_models import MODELS, Options


@dataclass
class ModelWeights:
    """The weights of one model, and the arguments to build it with."""

    kind: str
    """A key of `MODELS`."""
    options: Options
    tensors: dict[str, Tensor] = field(default_factory=dict)
    """State dict of the model, as far as it has been added."""

    def __post_init__(self) -> None:
        with torch.device("meta"):  # shapes without values
            self.model = MODELS[self.kind](self.options)
        self.shapes = self.model.state_dict()

    def add(self, name: str, tensor: Tensor, source: str) -> None:
        """Add one tensor, whose shape may differ from the model's in axes of size 1; errors call it `source`.

        It is converted to the model's precision, except `FLOAT16_WEIGHTS`.
        """
        like = self.shapes[name]
        if [extent for extent in tensor.shape if extent > 1] != [extent for extent in like.shape if extent > 1]:
            raise StudioError(f"{source} has shape {list(tensor.shape)} where {list(like.shape)} is needed.")
        keeps_half = tensor.dtype is torch.float16 and name.endswith(FLOAT16_WEIGHTS)
        self.tensors[name] = tensor.reshape(like.shape).to(tensor.dtype if keeps_half else like.dtype)

    def load(self) -> nn.Module:
        """Return the model for inference; tensors are not copied, so memory-mapped files are read when used."""
        self.model.load_state_dict(self.tensors, strict=True, assign=True)
        return self.model.eval().requires_grad_(False)
