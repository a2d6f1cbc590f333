"""The models of the embedded tier: an encoder whose codes gradients improve, and refinements by feedback.

Both need a picture of 256 pixels through which gradients flow quickly: `FeedbackModel.preview`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from functools import partial

import torch
from torch import Tensor, nn

from hyperstyle.networks.feature_range import FeatureRange
from hyperstyle.networks.feedback import Feedback, RefinerInput
from hyperstyle.networks.generator import Kernels, Offsets, add_offsets
from hyperstyle.networks.lbfgs import Lbfgs
from hyperstyle.networks.linear_preview import NearbyPreview
from hyperstyle.networks.lpips import Lpips, Target, training_distance
from hyperstyle.networks.mobile_stylegan import MobileTrunk
from hyperstyle.networks.small_encoder import SmallEncoder
from hyperstyle.networks.view import SQUARE
from hyperstyle.pauses import pause

Distance = Callable[[Tensor, Tensor], Tensor]
"""(pictures, photos), both [N, 3, 256, 256], RGB in [-1, 1] -> distances [N]."""

PREVIEWED = 8
"""Steps of a code whose gradients come through previews alone; later ones look near the generator's own picture."""
PRIOR = 1e-4  # of the prior on codes: keeps them where the generator was trained, at little cost in distance
UNUSUAL = 5.0  # weight of features beyond their usual range, beside the distance


def chunks(count: int, device: torch.device) -> Iterator[slice]:
    """Yield slices of `count` pictures to render at once: all on a GPU, one on a CPU, whose cache holds one."""
    at_once = 1 if device.type == "cpu" else count
    return (slice(first, first + at_once) for first in range(0, count, at_once))


class FeedbackModel(nn.Module, ABC):
    """HyperStyle on a generator that is small enough to be shipped, with an encoder and a hypernetwork for it."""

    view = SQUARE
    corrections = 12
    """Steps of L-BFGS of a code; each takes as long as the gradients of a refinement's pass."""
    passes = 3
    """Passes of the hypernetwork in a refinement; only the first sees the generator's own picture."""
    mapping: Callable[[Tensor], Tensor]
    """Mapping network, Z -> W, set when the model is loaded, for methods that sample codes."""

    def __init__(self, generator: MobileTrunk, w_encoder: SmallEncoder, hypernetwork: Feedback, lpips: Lpips) -> None:
        super().__init__()
        self.generator = generator
        self.w_encoder = w_encoder
        self.hypernetwork = hypernetwork
        self.lpips = lpips

    def compute_in(self, dtype: torch.dtype) -> None:
        """Compute feature maps in `dtype`."""
        self.generator.compute_in(dtype)

    def keep_convolutions_in(self, dtype: torch.dtype) -> None:
        """Keep the 3x3 kernels of encoder and hypernetwork in `dtype`, to which autocast converts them at every call.

        Pictures stay the same, in half the memory; the networks cannot be trained any more.
        """
        for module in (*self.w_encoder.modules(), *self.hypernetwork.modules()):
            if isinstance(module, nn.Conv2d) and module.kernel_size == (3, 3):
                module.to(dtype)

    @abstractmethod
    def preview_features(self, codes: Tensor, kernels: Kernels, layer_inputs: list[Tensor] | None = None) -> Tensor:
        """Return the feature maps [N, C, S, S] from which previews are drawn, of codes in W [N, 512] or W+.

        If `layer_inputs` is given, append the inputs of layers 1, 2, ... to it.
        """

    @abstractmethod
    def preview_of(
        self, features: Tensor, codes: Tensor, nearby: NearbyPreview | None = None, first: int = 0
    ) -> Tensor:
        """Return previews [N, 3, 256, 256], RGB, about [-1, 1], of `preview_features` of the same codes.

        `nearby` is that of `nearby`, whose pictures from `first` on these are near.
        """

    def preview(self, codes: Tensor, kernels: Kernels, nearby: NearbyPreview | None = None, first: int = 0) -> Tensor:
        """Return previews [N, 3, 256, 256] of codes [N, 512] in W or [N, n_styles, 512] in W+; see `preview_of`."""
        return self.preview_of(self.preview_features(codes, kernels), codes, nearby, first)

    @abstractmethod
    def usual_features(self, codes: Tensor) -> FeatureRange | None:
        """Return the range of `preview_features` without offsets; None if previews are exact and show all there is."""

    @abstractmethod
    def nearby(self, picture: Tensor) -> NearbyPreview | None:
        """Return what makes previews near pictures [N, 3, H, W] that the generator drew; None if all are exact."""

    def encode(self, photo: Tensor, corrections: int | None = None) -> Tensor:
        """Return codes [N, 512] in W of photos [N, 3, 256, 256], RGB in [-1, 1].

        The encoder's codes, improved by `corrections` steps (by default those of the model) of L-BFGS on the distance
        of preview and photo plus a Gaussian prior on W: PRIOR * (w - mean)^T C^-1 (w - mean) / 2, where C is the
        covariance of W.
        """
        encoder, target = self.w_encoder, self.target(photo)
        with self.generator.as_precise(photo.device):
            codes: Tensor = encoder(photo).float()
        coordinates, descent, nearby = encoder.coordinates(codes), Lbfgs(), None
        for index in range(self.corrections if corrections is None else corrections):
            pause()
            if index == PREVIEWED:
                nearby = self.nearby(self.generator(codes))
                descent.change_function()
            gradient = self.code_gradient(target, codes, nearby) @ encoder.basis
            gradient = gradient + PRIOR * encoder.precision * coordinates
            coordinates = coordinates + descent.next_step(gradient)
            codes = encoder.codes(coordinates)
        return codes

    @torch.enable_grad()
    def code_gradient(self, target: Target, codes: Tensor, nearby: NearbyPreview | None = None) -> Tensor:
        """Return the gradient [N, 512], over codes [N, 512] in W, of the distance between previews and N photos.

        `nearby` is that of `preview`.
        """
        kernels = self.generator.kernels()
        slopes: list[Tensor] = []
        for part in chunks(len(codes), codes.device):
            moved = codes[part].detach().requires_grad_()
            shown = self.preview(moved, kernels, nearby=nearby, first=part.start)
            slopes += torch.autograd.grad(self._distance(target[part], shown).sum(), moved)
        return torch.cat(slopes)

    def refinement(self, photo: Tensor, codes: Tensor) -> Callable[[Tensor, Offsets], Offsets]:
        """Return a function (pictures [N, 3, H, W], their offsets) -> offsets to add.

        It keeps the momentum of its last call: call it once per refinement, in order.
        """
        index, memory, target, usual = 0, None, self.target(photo), self.usual_features(codes)

        def refine(picture: Tensor, offsets: Offsets) -> Offsets:
            nonlocal index, memory
            nearby = self.nearby(picture)
            changes: Offsets = {}
            for _ in range(self.passes):
                pause()
                state = self.refiner_input(target, codes, add_offsets(offsets, changes), nearby, usual)
                pause()
                with self.generator.as_precise(photo.device):
                    more, memory = self.hypernetwork(photo, state, self.generator.own_kernels(), index, memory)
                changes = add_offsets(changes, more)
                index += 1
            return changes

        return refine

    def distance(self, pictures: Tensor, photos: Tensor) -> Tensor:
        """Return `lpips.training_distance` [N] of pictures and photos [N, 3, 256, 256], RGB in [-1, 1]."""
        return training_distance(pictures, photos, self.lpips)

    def _distance(self, target: Target, pictures: Tensor) -> Tensor:
        """Return `target.distance(pictures)`, computed as precisely as the pictures themselves."""
        with self.generator.as_precise(pictures.device):
            return target.distance(pictures).float()

    def target(self, photo: Tensor) -> Target:
        """Return photos [N, 3, 256, 256], RGB in [-1, 1], with their LPIPS features, to compare with many times."""
        return Target.of(photo, self.lpips)

    def refiner_input(
        self,
        target: Target,
        codes: Tensor,
        offsets: Offsets,
        nearby: NearbyPreview | None = None,
        usual: FeatureRange | None = None,
        distance: Distance | None = None,
    ) -> RefinerInput:
        """Return the refiner's input: a preview of codes with `offsets`, its distance from the photo, and gradients.

        Codes are [N, 512] in W or [N, n_styles, 512] in W+. `nearby` is that of `preview_of`. Gradients are those of
        `Target.distance`, plus `distance`, plus what features have beyond the range `usual`.
        """
        parts = []
        for some in chunks(len(codes), codes.device):
            moved = {layer: change[some] for layer, change in offsets.items()}
            show = partial(self.preview_of, codes=codes[some], nearby=nearby, first=some.start)
            range_here = usual[some] if usual else None
            parts.append(self._refiner_input(target[some], codes[some], moved, show, range_here, distance))
        return RefinerInput(
            torch.cat([part.picture for part in parts]),
            torch.cat([part.distance for part in parts]),
            [torch.cat(layer) for layer in zip(*(part.layer_inputs for part in parts), strict=True)],
            {layer: torch.cat([part.gradients[layer] for part in parts]) for layer in self.hypernetwork.layers},
        )

    @torch.enable_grad()
    def _refiner_input(
        self,
        target: Target,
        codes: Tensor,
        offsets: Offsets,
        show: Callable[[Tensor], Tensor],
        usual: FeatureRange | None,
        distance: Distance | None,
    ) -> RefinerInput:
        """Compute `refiner_input` for all N pictures at once; `show` is `preview_of` for their codes."""
        own = self.generator.own_kernels()
        moved = {
            layer: (
                own[layer] * (1 + offsets[layer])
                if offsets
                else own[layer].expand(len(target.photos), *own[layer].shape)
            )
            .detach()
            .requires_grad_()
            for layer in self.hypernetwork.layers
        }
        layer_inputs: list[Tensor] = []
        features = self.preview_features(codes, own | moved, layer_inputs)
        shown = show(features)
        distances = self._distance(target, shown)
        descended = distances
        if distance:
            descended = descended + distance(shown, target.photos)
        if usual:
            descended = descended + UNUSUAL * usual.excess(features)
        gradients = torch.autograd.grad(descended.sum(), list(moved.values()))
        return RefinerInput(
            shown.detach(),
            distances.detach(),
            [layer.detach() for layer in layer_inputs],
            {layer: gradient.flatten(-3) for layer, gradient in zip(moved, gradients, strict=True)},
        )
