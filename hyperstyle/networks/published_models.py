"""The published models: HyperStyle, ReStyle-e4e and HyperInverter, each with its generator and encoders."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from hyperstyle.networks.backbones import Backbone, IrSe50, ResNet34
from hyperstyle.networks.encoders import ReStyleEncoder, WEncoder
from hyperstyle.networks.generator import OffsetMode, Offsets
from hyperstyle.networks.hyperinverter import AdditiveHyperNetwork, LayerwiseEncoder
from hyperstyle.networks.hypernetwork import HyperNetwork
from hyperstyle.networks.lpips import Lpips
from hyperstyle.networks.stylegan2 import CODE, CONFIG_F, Design, StyleGan2
from hyperstyle.networks.view import SQUARE, VIEWS, View


@dataclass(frozen=True)
class Options:
    """Arguments of a published model, as its checkpoint states them."""

    output_size: int
    """Side of the generator's pictures in pixels."""
    encoder_type: str = ""
    """Published name of the hypernetwork or encoder; empty for a generator alone."""
    dataset_type: str = ""
    """Published name of the training data, such as `cars_hypernet`."""
    layers: tuple[int, ...] = ()
    """Indices of the layers that a hypernetwork predicts offsets for."""
    hidden_dim: int = 0
    """Width of HyperInverter's hypernetwork."""
    design: Design = CONFIG_F
    """Design of the generator."""

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Options":
        """Return the options in `values`, made by `dataclasses.asdict` and read back from JSON."""
        design = Design(**values.get("design", {}))
        return cls(**{**values, "layers": tuple(values["layers"]), "design": design})

    @property
    def view(self) -> View:
        """Crop and network input size of the dataset."""
        return next((view for word, view in VIEWS.items() if word in self.dataset_type), SQUARE)


HYPERNETWORKS = {"SharedWeightsHyperNetResNet": False, "SharedWeightsHyperNetResNetSeparable": True}
"""Published name of a HyperStyle hypernetwork -> whether its offsets are separable, shared layers and toRGB apart."""

RESTYLE_BACKBONES: dict[str, Callable[[int], Backbone]] = {
    "ProgressiveBackboneEncoder": IrSe50,
    "ResNetProgressiveBackboneEncoder": ResNet34,
}
"""Published name of a ReStyle-e4e encoder -> its backbone."""

LAYERWISE_BACKBONES: dict[str, Callable[[int], Backbone]] = {
    "LayerWiseEncoder": IrSe50,
    "ResNetLayerWiseEncoder": ResNet34,
}
"""Published name of HyperInverter's layerwise encoder -> its backbone."""


class HyperStyleModel(nn.Module):
    """HyperStyle: W-encoder, hypernetwork and StyleGAN2."""

    latent_avg: Tensor
    """Average code [n_styles, 512], to which the encoder's codes are added."""
    lpips: Lpips
    """Perceptual distance for methods that optimize; not in the published files, set by `load_model`."""

    def __init__(self, options: Options) -> None:
        super().__init__()
        self.options = options
        self.view = options.view
        self.generator = StyleGan2(options.output_size, options.design)
        self.w_encoder = WEncoder()
        separable = HYPERNETWORKS[options.encoder_type]
        self.hypernetwork = HyperNetwork(options.output_size, options.layers, separable, options.design)
        self.register_buffer("latent_avg", torch.zeros(self.generator.n_styles, CODE))

    def compute_in(self, dtype: torch.dtype) -> None:
        """Compute the generator's feature maps in `dtype`."""
        self.generator.compute_in(dtype)

    @property
    def mapping(self) -> Callable[[Tensor], Tensor]:
        """Mapping network: normal vectors [N, 512] -> codes [N, 512] in W."""
        return self.generator.mapping

    def encode(self, photo: Tensor) -> Tensor:
        """Return codes [N, n_styles, 512] of photos [N, 3, view.height, view.width], RGB in [-1, 1]."""
        code: Tensor = self.w_encoder(photo)
        return code[:, None] + self.latent_avg

    def refinement(self, photo: Tensor, codes: Tensor) -> Callable[[Tensor, Offsets], Offsets]:  # noqa: ARG002
        """Return a function (cropped pictures [N, 3, H, W], their offsets) -> offsets to add."""
        return lambda picture, _: self.hypernetwork(photo, self.view.pool(picture))


class ReStyleModel(nn.Module):
    """ReStyle-e4e: an encoder that refines W+ codes step by step, and StyleGAN2."""

    latent_avg: Tensor
    """Average code [n_styles, 512], from which the steps start."""

    def __init__(self, options: Options) -> None:
        super().__init__()
        self.options = options
        self.view = options.view
        self.generator = StyleGan2(options.output_size, options.design)
        self.encoder = ReStyleEncoder(RESTYLE_BACKBONES[options.encoder_type](6), self.generator.n_styles)
        self.register_buffer("latent_avg", torch.zeros(self.generator.n_styles, CODE))

    def compute_in(self, dtype: torch.dtype) -> None:
        """Compute the generator's feature maps in `dtype`."""
        self.generator.compute_in(dtype)


class HyperInverterModel(nn.Module):
    """HyperInverter: W-encoder, layerwise encoder, hypernetwork, and a StyleGAN2 whose offsets are added."""

    latent_avg: Tensor
    """Average code [n_styles, 512], to which the W-encoder's codes are added."""
    lpips: Lpips
    """Perceptual distance for methods that optimize; not in the published files, set by `load_model`."""

    def __init__(self, options: Options) -> None:
        super().__init__()
        self.options = options
        self.view = options.view
        self.generator = StyleGan2(options.output_size, options.design, OffsetMode.ADDED)
        is_faces = any(name in options.dataset_type for name in ("ffhq", "celeb"))  # as in the published code
        self.w_encoder = WEncoder(IrSe50(3) if is_faces else ResNet34(3))
        self.encoder = LayerwiseEncoder(LAYERWISE_BACKBONES[options.encoder_type](3), self.generator.n_styles)
        self.hypernetwork = AdditiveHyperNetwork(
            options.output_size, options.design, options.layers, options.hidden_dim
        )
        self.register_buffer("latent_avg", torch.zeros(self.generator.n_styles, CODE))

    def compute_in(self, dtype: torch.dtype) -> None:
        """Compute the generator's feature maps in `dtype`."""
        self.generator.compute_in(dtype)

    @property
    def mapping(self) -> Callable[[Tensor], Tensor]:
        """Mapping network: normal vectors [N, 512] -> codes [N, 512] in W."""
        return self.generator.mapping

    def encode(self, photo: Tensor) -> Tensor:
        """Return codes [N, n_styles, 512] of photos [N, 3, 256, 256], RGB in [-1, 1]."""
        code: Tensor = self.w_encoder(photo)
        return code[:, None] + self.latent_avg

    def refinement(self, photo: Tensor, codes: Tensor) -> Callable[[Tensor, Offsets], Offsets]:  # noqa: ARG002
        """Return a function (picture [N, 3, H, W] of the photo's code, its offsets) -> offsets to add."""
        photo_maps = self.encoder(photo)

        def refine(picture: Tensor, _: Offsets) -> Offsets:
            # Without antialiasing, as in the published code.
            small = F.interpolate(picture, photo.shape[-2:], mode="bilinear")
            return self.hypernetwork(self.encoder(small), photo_maps)

        return refine


MODELS: dict[str, Callable[[Options], nn.Module]] = {
    "hyperstyle": HyperStyleModel,
    "restyle": ReStyleModel,
    "hyperinverter": HyperInverterModel,
    "generator": lambda options: StyleGan2(options.output_size, options.design),
}
"""Kind of model -> a function that builds it."""
