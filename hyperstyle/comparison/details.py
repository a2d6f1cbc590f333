"""Further metrics of a method's last picture: at full size, with VGG, and of its code."""

from dataclasses import dataclass

import torch

from hyperstyle.inverter import InversionStep, Inverter
from hyperstyle.metrics.code_distance import CodeDistance
from hyperstyle.metrics.lpips_vgg import LpipsVgg
from hyperstyle.metrics.sharpness import sharpness
from hyperstyle.photo.crop import Crop
from hyperstyle.photo.tensors import to_tensor
from hyperstyle.weights.catalogue import WEIGHTS
from hyperstyle.weights.fetching import fetch
from hyperstyle.weights.lpips_loading import load_lpips_vgg


@dataclass(frozen=True)
class Details:
    """Metrics of a last picture that are too slow for every step."""

    lpips_vgg: float
    """LPIPS distance with VGG-16 at the size of the networks' input; 0 for equal pictures."""
    full_l2: float
    """Mean squared difference of pixels in [-1, 1] at the generator's size; 0 for equal pictures."""
    full_lpips: float
    """LPIPS distance with AlexNet at the generator's size; 0 for equal pictures."""
    sharpness: float
    """Energy of the finest octave that the photo holds, the picture's divided by the photo's; 1 is as sharp."""
    nscd: float
    """Distance of the code from the generator's own, 0 to 2, as `CodeDistance` says."""


class DetailEvaluator:
    """Computes the details of a domain's inversions."""

    def __init__(self, inverter: Inverter, vgg: LpipsVgg) -> None:
        self._inverter = inverter
        self._vgg = vgg
        self.code_distance = CodeDistance(inverter.model.generator, inverter.model.mapping)

    @classmethod
    def load(cls, inverter: Inverter) -> "DetailEvaluator":
        """Load LPIPS with VGG on the inverter's device; missing weights are downloaded."""
        return cls(inverter, load_lpips_vgg(fetch(WEIGHTS["lpips-vgg16"])).to(inverter.device))

    @torch.no_grad()
    def __call__(self, crop: Crop, step: InversionStep) -> Details:
        """Return the details of a step of the inversion of `crop`."""
        height, width = step.pixels.shape[:2]
        picture, photo = (
            to_tensor(pixels).to(self._inverter.device) for pixels in (step.pixels, crop.pixels(height, width))
        )
        small, seen = self._inverter.domain.view.pool(picture), self._inverter.network_input([crop])
        return Details(
            lpips_vgg=float(self._vgg(small, seen)),
            full_l2=float((picture - photo).square().mean()),
            full_lpips=float(self._inverter.evaluator.lpips(picture, photo)),
            sharpness=sharpness(picture[0], photo[0], min(crop.resolution(height, width), 1)),
            nscd=float(self.code_distance(step.inversion.codes)),
        )
