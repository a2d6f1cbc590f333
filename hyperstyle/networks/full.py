"""The published models: a generator, what encodes a photo for it, and what refines the result."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from hyperstyle.networks.encoders import ReStyleEncoder, WEncoder
from hyperstyle.networks.generator import Offsets
from hyperstyle.networks.hypernetwork import HyperNetwork
from hyperstyle.networks.stylegan2 import CODE, StyleGan2
from hyperstyle.networks.trunks import IrSe50, ResNet34
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

    @property
    def view(self) -> View:
        """How the domain looks at pictures."""
        return CARS if "cars" in self.dataset_type else SQUARE


HYPERNETWORKS = {"SharedWeightsHyperNetResNet": False, "SharedWeightsHyperNetResNetSeparable": True}
"""Published name -> whether offsets are separable where they are not shared."""

TRUNKS: dict[str, Callable[[int], IrSe50 | ResNet34]] = {
    "ProgressiveBackboneEncoder": IrSe50,
    "ResNetProgressiveBackboneEncoder": ResNet34,
}
"""Published name of a ReStyle-e4e encoder -> its trunk."""


class FullModel(nn.Module):
    """HyperStyle: W-encoder, hypernetwork and StyleGAN2."""

    latent_avg: Tensor

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

    def encode(self, photo: Tensor) -> Tensor:
        """Codes [N, n_styles, 512] of photos [N, 3, height, width] of the view, RGB in [-1, 1]."""
        code: Tensor = self.w_encoder(photo)
        return code[:, None] + self.latent_avg

    def refine(self, photo: Tensor, picture: Tensor) -> Offsets:
        """What to add to the offsets that made `picture`; both as for `encode`."""
        return self.hypernetwork(photo, picture)


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


MODELS: dict[str, Callable[[Options], nn.Module]] = {
    "hyperstyle": FullModel,
    "restyle": ReStyleModel,
    "generator": lambda options: StyleGan2(options.output_size),
}
"""Name of a kind of model -> what builds it."""
