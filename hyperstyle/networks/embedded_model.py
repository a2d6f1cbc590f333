"""The embedded model: the generator that a package carries, and the networks trained for it."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from hyperstyle.networks.generator import Offsets
from hyperstyle.networks.lpips import Lpips, difference
from hyperstyle.networks.mobile_stylegan import Mapping, MobileGenerator
from hyperstyle.networks.preview_head import Preview, preview
from hyperstyle.networks.refiner import Refiner, RefinerInput
from hyperstyle.networks.small_encoder import SmallEncoder
from hyperstyle.networks.view import SQUARE

Distance = Callable[[Tensor, Tensor], Tensor]
"""Pictures and photos [N, 3, 256, 256] -> how far they are from each other [N]."""

CORRECTIONS = 5  # of a code by feedback; each takes as long as a refinement's look
MOMENTUM = 0.5  # of these


def chunks(count: int, device: torch.device) -> Iterator[slice]:
    """Which of `count` pictures to draw together: all on a graphics card; alone, their features fit a CPU's cache."""
    at_once = 1 if device.type == "cpu" else count
    return (slice(first, first + at_once) for first in range(0, count, at_once))


class EmbeddedModel(nn.Module):
    """HyperStyle on the embedded generator: encoder, hypernetwork, and a preview to look at between refinements."""

    view = SQUARE
    mapping: Mapping
    """Added by whoever opens the model, for methods that look at other codes."""

    def __init__(
        self, generator: MobileGenerator, head: Preview, w_encoder: SmallEncoder, hypernetwork: Refiner, lpips: Lpips
    ) -> None:
        super().__init__()
        self.generator = generator
        self.head = head
        self.w_encoder = w_encoder
        self.hypernetwork = hypernetwork
        self.lpips = lpips

    def compute_in(self, dtype: torch.dtype) -> None:
        """Compute the feature maps of generator and preview in `dtype`."""
        self.generator.compute_in(dtype)
        self.head.to(dtype)

    def encode(self, photo: Tensor, corrections: int = CORRECTIONS) -> Tensor:
        """Codes [N, 512] of photos [N, 3, 256, 256], RGB in [-1, 1]: a guess, corrected by looks at its picture."""
        codes: Tensor = self.w_encoder(photo)
        step = torch.zeros_like(codes)
        for _ in range(corrections):
            step = MOMENTUM * step - self.code_gradient(photo, codes) @ self.w_encoder.metric
            codes = codes + step
        return codes

    @torch.enable_grad()
    def code_gradient(self, photo: Tensor, codes: Tensor) -> Tensor:
        """By how much the distance of the picture from the photo grows with codes [N, 512]: [N, 512]."""
        kernels = self.generator.kernels()
        slopes: list[Tensor] = []
        for part in chunks(len(photo), photo.device):
            moved = codes[part].detach().requires_grad_()
            shown = preview(self.generator, self.head, moved, kernels)
            slopes += torch.autograd.grad(self.distance(shown, photo[part]).sum(), moved)
        return torch.cat(slopes)

    def refinement(self, photo: Tensor, codes: Tensor) -> Callable[[Tensor, Offsets], Offsets]:
        """What answers pictures [N, 3, H, W] and their offsets, one after the other, with what to add to these."""
        index, memory = 0, None

        def refine(picture: Tensor, offsets: Offsets) -> Offsets:
            nonlocal index, memory
            look = self.look(photo, codes, offsets, self.view.pool(picture))
            changes, memory = self.hypernetwork(photo, look, self.generator.own_kernels(), index, memory)
            index += 1
            return changes

        return refine

    def distance(self, pictures: Tensor, photos: Tensor) -> Tensor:
        """How far pictures are from photos [N, 3, 256, 256], [N]."""
        return difference(pictures, photos, self.lpips)

    def look(
        self,
        photo: Tensor,
        codes: Tensor,
        offsets: Offsets,
        picture: Tensor | None = None,
        distance: Distance | None = None,
    ) -> RefinerInput:
        """The preview of codes [N, 512] or [N, 18, 512] with offsets, compared with photos by a `distance`.

        Where the real `picture` is known, it is what is compared, and the preview only tells how to change it.
        """
        distance = distance or self.distance
        looks = []
        for part in chunks(len(photo), photo.device):
            moved = {layer: change[part] for layer, change in offsets.items()}
            real = None if picture is None else picture[part]
            looks.append(self._look(photo[part], codes[part], moved, real, distance))
        return RefinerInput(
            torch.cat([look.picture for look in looks]),
            torch.cat([look.distance for look in looks]),
            [torch.cat(layer) for layer in zip(*(look.layer_inputs for look in looks), strict=True)],
            {layer: torch.cat([look.gradients[layer] for look in looks]) for layer in self.hypernetwork.layers},
        )

    @torch.enable_grad()
    def _look(
        self, photo: Tensor, codes: Tensor, offsets: Offsets, picture: Tensor | None, distance: Distance
    ) -> RefinerInput:
        """`look` at all pictures together."""
        own = self.generator.own_kernels()
        moved = {
            layer: (own[layer] * (1 + offsets[layer]) if offsets else own[layer].expand(len(photo), *own[layer].shape))
            .detach()
            .requires_grad_()
            for layer in self.hypernetwork.layers
        }
        layer_inputs: list[Tensor] = []
        shown = preview(self.generator, self.head, codes, own | moved, layer_inputs)
        if picture is not None:
            shown = shown + (picture - shown).detach()
        distances = distance(shown, photo)
        gradients = torch.autograd.grad(distances.sum(), list(moved.values()))
        return RefinerInput(
            shown.detach(),
            distances.detach(),
            [layer.detach() for layer in layer_inputs],
            {layer: gradient.flatten(-3) for layer, gradient in zip(moved, gradients, strict=True)},
        )
