"""The published models: a generator, what encodes a photo for it, and what refines the result."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from hyperstyle.networks.backbones import Backbone, IrSe50, ResNet34
from hyperstyle.networks.encoders import ReStyleEncoder, WEncoder
from hyperstyle.networks.generator import OffsetMode, Offsets
from hyperstyle.networks.hyperinverter import AddingHyperNetwork, LayerwiseEncoder
from hyperstyle.networks.hypernetwork import HyperNetwork
from hyperstyle.networks.lpips import Lpips
from hyperstyle.networks.stylegan2 import CODE, CONFIG_F, Design, StyleGan2
from hyperstyle.networks.view import CARS, SQUARE, View


@dataclass(frozen=True)
class Options:
    """What has to be known to build a model."""

    output_size: int
    """Side of the generator's pictures."""
    encoder_type: str = ""
    """Which hypernetwork or encoder, by the published name; a generator alone has neither."""
    dataset_type: str = ""
    """What it was trained on, by the published name, as `cars_hypernet`."""
    layers: tuple[int, ...] = ()
    """The layers that a hypernetwork tunes."""
    hidden_dim: int = 0
    """Width of HyperInverter's hypernetwork."""
    design: Design = CONFIG_F
    """Of the generator."""

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Options":
        """The options that `dataclasses.asdict` and JSON made `values` of."""
        design = Design(**values.get("design", {}))
        return cls(**{**values, "layers": tuple(values["layers"]), "design": design})

    @property
    def view(self) -> View:
        """How the domain looks at pictures."""
        return CARS if "cars" in self.dataset_type else SQUARE


HYPERNETWORKS = {"SharedWeightsHyperNetResNet": False, "SharedWeightsHyperNetResNetSeparable": True}
"""Published name -> whether offsets are separable where they are not shared."""

TRUNKS: dict[str, Callable[[int], Backbone]] = {
    "ProgressiveBackboneEncoder": IrSe50,
    "ResNetProgressiveBackboneEncoder": ResNet34,
}
"""Published name of a ReStyle-e4e encoder -> its trunk."""

LAYERWISE: dict[str, Callable[[int], Backbone]] = {"LayerWiseEncoder": IrSe50, "ResNetLayerWiseEncoder": ResNet34}
"""Published name of HyperInverter's second encoder -> its trunk."""


class HyperStyleModel(nn.Module):
    """HyperStyle: W-encoder, hypernetwork and StyleGAN2."""

    latent_avg: Tensor
    lpips: Lpips
    """No part of the published files; whoever opens the model adds it, for methods that descend on it."""

    def __init__(self, options: Options) -> None:
        super().__init__()
        self.options = options
        self.view = options.view
        self.generator = StyleGan2(options.output_size)
        self.w_encoder = WEncoder()
        self.hypernetwork = HyperNetwork(
            options.output_size, options.layers, separable=HYPERNETWORKS[options.encoder_type]
        )
        self.register_buffer("latent_avg", torch.zeros(self.generator.n_styles, CODE))

    def compute_in(self, dtype: torch.dtype) -> None:
        """Compute the generator's feature maps in `dtype`."""
        self.generator.compute_in(dtype)

    @property
    def mapping(self) -> Callable[[Tensor], Tensor]:
        """Codes [N, 512] in W of normal vectors [N, 512]."""
        return self.generator.mapping

    def encode(self, photo: Tensor) -> Tensor:
        """Codes [N, n_styles, 512] of photos [N, 3, height, width] of the view, RGB in [-1, 1]."""
        code: Tensor = self.w_encoder(photo)
        return code[:, None] + self.latent_avg

    def refinement(self, photo: Tensor, codes: Tensor) -> Callable[[Tensor, Offsets], Offsets]:  # noqa: ARG002
        """What answers pictures, as for `encode`, with what to add to the offsets that made them."""
        return lambda picture, _: self.hypernetwork(photo, self.view.pool(picture))


class ReStyleModel(nn.Module):
    """ReStyle-e4e: an encoder that steps through W+, and StyleGAN2."""

    latent_avg: Tensor

    def __init__(self, options: Options) -> None:
        super().__init__()
        self.options = options
        self.view = options.view
        self.generator = StyleGan2(options.output_size)
        self.encoder = ReStyleEncoder(TRUNKS[options.encoder_type](6), self.generator.n_styles)
        self.register_buffer("latent_avg", torch.zeros(self.generator.n_styles, CODE))

    def compute_in(self, dtype: torch.dtype) -> None:
        """Compute the generator's feature maps in `dtype`."""
        self.generator.compute_in(dtype)


class HyperInverterModel(nn.Module):
    """HyperInverter: W-encoder, layerwise encoder, hypernetwork, and a StyleGAN2 whose offsets are added."""

    latent_avg: Tensor
    lpips: Lpips
    """As for `HyperStyleModel`."""

    def __init__(self, options: Options) -> None:
        super().__init__()
        self.options = options
        self.view = options.view
        self.generator = StyleGan2(options.output_size, options.design, OffsetMode.ADDED)
        of_faces = any(name in options.dataset_type for name in ("ffhq", "celeb"))  # the published rule
        self.w_encoder = WEncoder(IrSe50(3) if of_faces else ResNet34(3))
        self.encoder = LayerwiseEncoder(LAYERWISE[options.encoder_type](3), self.generator.n_styles)
        self.hypernetwork = AddingHyperNetwork(options.output_size, options.design, options.layers, options.hidden_dim)
        self.register_buffer("latent_avg", torch.zeros(self.generator.n_styles, CODE))

    def compute_in(self, dtype: torch.dtype) -> None:
        """Compute the generator's feature maps in `dtype`."""
        self.generator.compute_in(dtype)

    @property
    def mapping(self) -> Callable[[Tensor], Tensor]:
        """Codes [N, 512] in W of normal vectors [N, 512]."""
        return self.generator.mapping

    def encode(self, photo: Tensor) -> Tensor:
        """Codes [N, n_styles, 512] of photos [N, 3, 256, 256], RGB in [-1, 1]."""
        code: Tensor = self.w_encoder(photo)
        return code[:, None] + self.latent_avg

    def refinement(self, photo: Tensor, codes: Tensor) -> Callable[[Tensor, Offsets], Offsets]:  # noqa: ARG002
        """What answers the picture of the photo's code with what to add to the kernels."""
        of_photo = self.encoder(photo)

        def answer(picture: Tensor, _: Offsets) -> Offsets:
            # As published: four pixels are looked at for each that comes out, however many there are.
            small = F.interpolate(picture, photo.shape[-2:], mode="bilinear")
            return self.hypernetwork(self.encoder(small), of_photo)

        return answer


MODELS: dict[str, Callable[[Options], nn.Module]] = {
    "hyperstyle": HyperStyleModel,
    "restyle": ReStyleModel,
    "hyperinverter": HyperInverterModel,
    "generator": lambda options: StyleGan2(options.output_size, options.design),
}
"""Name of a kind of model -> what builds it."""
