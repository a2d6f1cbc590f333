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


class StyleGan2Model(nn.Module):
    """What the published models share: a StyleGAN2, the average code, and one precision for all networks."""

    latent_avg: Tensor
    """Average code [n_styles, 512], to which the encoder's codes are added."""

    def __init__(self, options: Options, offset_mode: OffsetMode = OffsetMode.MULTIPLIED) -> None:
        super().__init__()
        self.options = options
        self.view = options.view
        self.generator = StyleGan2(options.output_size, options.design, offset_mode)
        self.register_buffer("latent_avg", torch.zeros(self.generator.n_styles, CODE))

    def compute_in(self, dtype: torch.dtype) -> None:
        """Compute feature maps in `dtype`, also those of encoders and hypernetworks."""
        self.generator.compute_in(dtype)

    def seen(self, network: nn.Module, *pictures: Tensor) -> Tensor:
        """Return what an encoder makes of pictures [N, 3, H, W], RGB in [-1, 1], in 32 bits."""
        with self.generator.as_precise(pictures[0].device):
            # Convolutions in bfloat16 take half the time in this layout.
            found: Tensor = network(*(picture.contiguous(memory_format=torch.channels_last) for picture in pictures))
        return found.float()


class MappedModel(StyleGan2Model):
    """A model with hypernetworks, whose W-encoder moves away from the average code."""

    lpips: Lpips
    """Perceptual distance for methods that optimize; not in the published files, set by `load_model`."""
    w_encoder: WEncoder

    @property
    def mapping(self) -> Callable[[Tensor], Tensor]:
        """Mapping network: normal vectors [N, 512] -> codes [N, 512] in W."""
        return self.generator.mapping

    def encode(self, photo: Tensor) -> Tensor:
        """Return codes [N, n_styles, 512] of photos [N, 3, view.height, view.width], RGB in [-1, 1]."""
        return self.seen(self.w_encoder, photo)[:, None] + self.latent_avg


class HyperStyleModel(MappedModel):
    """HyperStyle: W-encoder, hypernetwork and StyleGAN2."""

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self.w_encoder = WEncoder()
        separable = HYPERNETWORKS[options.encoder_type]
        self.hypernetwork = HyperNetwork(options.output_size, options.layers, separable, options.design)

    def refinement(self, photo: Tensor, codes: Tensor) -> Callable[[Tensor, Offsets], Offsets]:  # noqa: ARG002
        """Return a function (cropped pictures [N, 3, H, W], their offsets) -> offsets to add."""

        def refine(picture: Tensor, _: Offsets) -> Offsets:
            with self.generator.as_precise(photo.device):
                return self.hypernetwork(photo, self.view.pool(picture))

        return refine


class ReStyleModel(StyleGan2Model):
    """ReStyle-e4e: an encoder that refines W+ codes step by step from the average code, and StyleGAN2."""

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self.encoder = ReStyleEncoder(RESTYLE_BACKBONES[options.encoder_type](6), self.generator.n_styles)

    def correction(self, photo: Tensor, picture: Tensor) -> Tensor:
        """Return what to add to the codes [N, n_styles, 512] of a cropped picture [N, 3, H, W] of a photo."""
        return self.seen(self.encoder, photo, self.view.pool(picture))


class HyperInverterModel(MappedModel):
    """HyperInverter: W-encoder, layerwise encoder, hypernetwork, and a StyleGAN2 whose offsets are added."""

    def __init__(self, options: Options) -> None:
        super().__init__(options, OffsetMode.ADDED)
        is_faces = any(name in options.dataset_type for name in ("ffhq", "celeb"))  # as in the published code
        self.w_encoder = WEncoder(IrSe50(3) if is_faces else ResNet34(3))
        self.encoder = LayerwiseEncoder(LAYERWISE_BACKBONES[options.encoder_type](3), self.generator.n_styles)
        self.hypernetwork = AdditiveHyperNetwork(
            options.output_size, options.design, options.layers, options.hidden_dim
        )

    def refinement(self, photo: Tensor, codes: Tensor) -> Callable[[Tensor, Offsets], Offsets]:  # noqa: ARG002
        """Return a function (picture [N, 3, H, W] of the photo's code, its offsets) -> offsets to add."""
        photo_maps = self.seen(self.encoder, photo)

        def refine(picture: Tensor, _: Offsets) -> Offsets:
            # Without antialiasing, as in the published code.
            small = F.interpolate(picture, photo.shape[-2:], mode="bilinear")
            return self.hypernetwork(self.seen(self.encoder, small), photo_maps)

        return refine


MODELS: dict[str, Callable[[Options], nn.Module]] = {
    "hyperstyle": HyperStyleModel,
    "restyle": ReStyleModel,
    "hyperinverter": HyperInverterModel,
    "generator": lambda options: StyleGan2(options.output_size, options.design),
}
"""Kind of model -> a function that builds it."""
